using System.ComponentModel;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Mvc;
using Microsoft.AspNetCore.Routing;

namespace RedisChat.AspNetCore;

/// <summary>Searching for messages.</summary>
internal static class SearchEndpoints
{
    private const string Summary = "Finds messages by their words in all rooms that the caller may read, newest first.";

    public static void Map(IEndpointRouteBuilder chat)
    {
        chat.MapGet("search", FindAsync).Describe("SearchMessages", Summary);
        chat.MapPost("search", FindByBodyAsync).Describe("SearchMessagesByBody", Summary + " What is searched for is in the body, not in the address, which servers and proxies often log.", 413, 415);
    }

    private static async Task<Answer<SearchPage>> FindByBodyAsync(Body<SearchRequest> body, ChatCall call) =>
        await AnswerAsync(await body.ReadAsync(call).ConfigureAwait(false), call).ConfigureAwait(false);

    private static async Task<Answer<SearchPage>> FindAsync(
        string? text,
        [FromQuery, Description("only these rooms; may be given several times")] string[]? room,
        string? user,
        DateTimeOffset? from,
        DateTimeOffset? to,
        int? limit,
        string? cursor,
        ChatCall call)
    {
        var request = new SearchRequest { Text = text!, Rooms = room is { Length: > 0 } ? room : null, User = user, From = from, To = to, Limit = limit, Cursor = cursor };
        return await AnswerAsync(request, call).ConfigureAwait(false);
    }

    private static async Task<Answer<SearchPage>> AnswerAsync(SearchRequest request, ChatCall call) =>
        new(await call.Caller.SearchAsync(request, call.Aborted).ConfigureAwait(false), ChatJsonContext.Default.SearchPage);
}
