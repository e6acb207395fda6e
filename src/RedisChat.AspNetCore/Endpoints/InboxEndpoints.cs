using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.AspNetCore.Routing;

namespace RedisChat.AspNetCore;

/// <summary>The rooms of the caller, with what is new in them.</summary>
internal static class InboxEndpoints
{
    public static void Map(IEndpointRouteBuilder chat)
    {
        chat.MapGet("inbox", ListAsync).Describe("ListInbox", "Lists the rooms of which the caller is a member, with what is new in them.");
        chat.MapPut("inbox/{room}/mute", MuteAsync).Describe("MuteRoom", "Mutes a room in the caller's inbox.", 404);
        chat.MapDelete("inbox/{room}/mute", UnmuteAsync).Describe("UnmuteRoom", "Undoes muting a room.", 404);
        chat.MapPut("inbox/{room}/hide", HideAsync).Describe("HideRoom", "Hides a room in the caller's inbox until its next message.", 404);
        chat.MapDelete("inbox/{room}/hide", ShowAsync).Describe("ShowRoom", "Undoes hiding a room.", 404);
    }

    private static async Task<Answer<InboxPage>> ListAsync(string? cursor, int? limit, bool? hidden, ChatCall call)
    {
        var page = await call.Caller.ListInboxAsync(cursor, limit ?? 100, hidden ?? false, call.Aborted).ConfigureAwait(false);
        return new Answer<InboxPage>(page, ChatJsonContext.Default.InboxPage);
    }

    private static async Task<NoContent> MuteAsync(string room, ChatCall call) => Found(await call.Caller.Inbox.MuteAsync(ChatCall.Id(room), call.Aborted).ConfigureAwait(false));

    private static async Task<NoContent> UnmuteAsync(string room, ChatCall call) => Found(await call.Caller.Inbox.UnmuteAsync(ChatCall.Id(room), call.Aborted).ConfigureAwait(false));

    private static async Task<NoContent> HideAsync(string room, ChatCall call) => Found(await call.Caller.Inbox.HideAsync(ChatCall.Id(room), call.Aborted).ConfigureAwait(false));

    private static async Task<NoContent> ShowAsync(string room, ChatCall call) => Found(await call.Caller.Inbox.ShowAsync(ChatCall.Id(room), call.Aborted).ConfigureAwait(false));

    private static NoContent Found(bool isListed) => isListed ? TypedResults.NoContent() : throw new ChatProblemException(ChatProblem.NotFound);
}
