using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Routing;

namespace RedisChat.AspNetCore;

/// <summary>Reactions to messages.</summary>
internal static class ReactionEndpoints
{
    private const string One = "rooms/{room}/messages/{id}/reactions/{emoji}";

    public static void Map(IEndpointRouteBuilder chat)
    {
        chat.MapPut(One, AddAsync).Describe("AddReaction", "Adds the caller's reaction to a message.", 404, 507);
        chat.MapDelete(One, RemoveAsync).Describe("RemoveReaction", "Removes the caller's reaction from a message.", 404);
        chat.MapGet(One, ListAsync).Describe("ListReactionUsers", "Lists the users who reacted to a message with an emoji.");
    }

    private static async Task<Answer<IReadOnlyList<Reaction>>> AddAsync(string room, long id, string emoji, ChatCall call)
    {
        var found = await call.RoomAsync(room, RoomRights.React).ConfigureAwait(false);
        return Found(await found.Reactions.AddAsync(id, call.User, ChatCall.Id(emoji), call.Aborted).ConfigureAwait(false));
    }

    private static async Task<Answer<IReadOnlyList<Reaction>>> RemoveAsync(string room, long id, string emoji, ChatCall call)
    {
        var found = await call.RoomAsync(room, RoomRights.React).ConfigureAwait(false);
        return Found(await found.Reactions.RemoveAsync(id, call.User, ChatCall.Id(emoji), call.Aborted).ConfigureAwait(false));
    }

    private static async Task<Answer<ReactionUsers>> ListAsync(string room, long id, string emoji, string? cursor, int? limit, ChatCall call)
    {
        var users = await call.ReadAsync(room, found => found.Reactions.WhoAsync(id, ChatCall.Id(emoji), cursor, limit ?? 100, call.Aborted)).ConfigureAwait(false);
        return new Answer<ReactionUsers>(users, ChatJsonContext.Default.ReactionUsers);
    }

    private static Answer<IReadOnlyList<Reaction>> Found(IReadOnlyList<Reaction>? reactions) => reactions is null
        ? throw new ChatProblemException(ChatProblem.NotFound)
        : new Answer<IReadOnlyList<Reaction>>(reactions, ChatJsonContext.Default.IReadOnlyListReaction);
}
