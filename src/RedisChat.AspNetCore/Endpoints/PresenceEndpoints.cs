using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.AspNetCore.Routing;

namespace RedisChat.AspNetCore;

/// <summary>Who is in a room, and who is typing.</summary>
internal static class PresenceEndpoints
{
    public static void Map(IEndpointRouteBuilder chat)
    {
        chat.MapGet("rooms/{room}/presence", ListAsync).Describe("ListPresentUsers", "Lists the users who are in a room now.");
        chat.MapPost("rooms/{room}/typing", TypingAsync).Describe("Typing", "Tells those who watch the room that the caller is typing. It is throttled.");
    }

    private static async Task<Answer<PresentUsers>> ListAsync(string room, string? cursor, int? limit, ChatCall call)
    {
        var users = await call.ReadAsync(room, found => found.Presence.ListAsync(cursor, limit ?? 100, call.Aborted)).ConfigureAwait(false);
        return new Answer<PresentUsers>(users, ChatJsonContext.Default.PresentUsers);
    }

    private static async Task<NoContent> TypingAsync(string room, ChatCall call)
    {
        var found = await call.RoomAsync(room, RoomRights.Send).ConfigureAwait(false);
        await found.Presence.TypingAsync(call.User, call.Aborted).ConfigureAwait(false);
        return TypedResults.NoContent();
    }
}
