using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.AspNetCore.Routing;

namespace RedisChat.AspNetCore;

/// <summary>What the caller has begun to write.</summary>
internal static class DraftEndpoints
{
    public static void Map(IEndpointRouteBuilder chat)
    {
        chat.MapGet("drafts", ListAsync).Describe("ListDrafts", "Lists the caller's drafts, the last one saved first.");
        chat.MapGet("drafts/{room}", GetAsync).Describe("GetDraft", "Reads the caller's draft of a room.", 404);
        chat.MapPut("drafts/{room}", SaveAsync).Describe("SaveDraft", "Saves the caller's draft of a room, in place of the one that it has.", 413, 415, 507);
        chat.MapDelete("drafts/{room}", DiscardAsync).Describe("DiscardDraft", "Discards the caller's draft of a room.", 404);
    }

    private static async Task<Answer<IReadOnlyList<Draft>>> ListAsync(ChatCall call) =>
        new(await call.Caller.Drafts.ListAsync(call.Aborted).ConfigureAwait(false), ChatJsonContext.Default.IReadOnlyListDraft);

    private static async Task<Answer<Draft>> GetAsync(string room, ChatCall call) =>
        new(await call.Caller.Drafts.GetAsync(ChatCall.Id(room), call.Aborted).ConfigureAwait(false) ?? throw NotFound(), ChatJsonContext.Default.Draft);

    private static async Task<Answer<Draft>> SaveAsync(string room, Body<DraftRequest> body, ChatCall call)
    {
        var request = await body.ReadAsync(call).ConfigureAwait(false);
        return new(await call.Caller.Drafts.SaveAsync(ChatCall.Id(room), request.Text, request.Metadata, call.Aborted).ConfigureAwait(false), ChatJsonContext.Default.Draft);
    }

    private static async Task<NoContent> DiscardAsync(string room, ChatCall call) =>
        await call.Caller.Drafts.DiscardAsync(ChatCall.Id(room), call.Aborted).ConfigureAwait(false) ? TypedResults.NoContent() : throw NotFound();

    private static ChatProblemException NotFound() => new(ChatProblem.NotFound);
}
