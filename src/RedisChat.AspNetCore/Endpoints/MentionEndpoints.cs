using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Routing;

namespace RedisChat.AspNetCore;

/// <summary>What mentions the caller.</summary>
internal static class MentionEndpoints
{
    public static void Map(IEndpointRouteBuilder chat) =>
        chat.MapGet("rooms/{room}/mentions", ListAsync).Describe("ListMentions", "Lists the messages of a room that mention the caller, newest first.");

    private static async Task<Answer<MentionPage>> ListAsync(string room, long? before, int? limit, ChatCall call)
    {
        var found = await call.RoomAsync(room, RoomRights.Read).ConfigureAwait(false);
        return new Answer<MentionPage>(await found.Mentions.ListAsync(call.User, before, limit ?? 50, call.Aborted).ConfigureAwait(false), ChatJsonContext.Default.MentionPage);
    }
}
