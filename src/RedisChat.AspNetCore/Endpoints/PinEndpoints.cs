using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.AspNetCore.Routing;

namespace RedisChat.AspNetCore;

/// <summary>Pinned messages.</summary>
internal static class PinEndpoints
{
    private const string One = "rooms/{room}/messages/{id}/pin";

    public static void Map(IEndpointRouteBuilder chat)
    {
        chat.MapGet("rooms/{room}/pins", ListAsync).Describe("ListPins", "Lists the pinned messages of a room, the most recent pin first.");
        chat.MapPut(One, PinAsync).Describe("PinMessage", "Pins a message.", 404, 507);
        chat.MapDelete(One, UnpinAsync).Describe("UnpinMessage", "Unpins a message, if it is pinned.");
    }

    private static async Task<Answer<IReadOnlyList<Pin>>> ListAsync(string room, ChatCall call)
    {
        var pins = await call.ReadAsync(room, found => found.Pins.ListAsync(call.Aborted)).ConfigureAwait(false);
        return new Answer<IReadOnlyList<Pin>>(pins, ChatJsonContext.Default.IReadOnlyListPin);
    }

    private static async Task<NoContent> PinAsync(string room, long id, ChatCall call)
    {
        var found = await call.RoomAsync(room, RoomRights.Pin).ConfigureAwait(false);
        return await found.Pins.PinAsync(id, call.User, call.Aborted).ConfigureAwait(false)
            ? TypedResults.NoContent()
            : throw new ChatProblemException(ChatProblem.NotFound);
    }

    private static async Task<NoContent> UnpinAsync(string room, long id, ChatCall call)
    {
        var found = await call.RoomAsync(room, RoomRights.Pin).ConfigureAwait(false);
        await found.Pins.UnpinAsync(id, call.User, call.Aborted).ConfigureAwait(false);
        return TypedResults.NoContent();
    }
}
