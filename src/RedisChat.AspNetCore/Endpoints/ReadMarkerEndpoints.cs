using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Routing;

namespace RedisChat.AspNetCore;

/// <summary>How far users have read, and what is unread.</summary>
internal static class ReadMarkerEndpoints
{
    public static void Map(IEndpointRouteBuilder chat)
    {
        chat.MapGet("rooms/{room}/read-markers", ListAsync).Describe("ListReadMarkers", "Lists how far users have read, or who has read a message.");
        chat.MapPost("rooms/{room}/read", MarkReadAsync).Describe("MarkRead", "Marks a message, and all before it, as read by the caller.", 413, 415, 507);
        chat.MapPost("rooms/{room}/unread", MarkUnreadAsync).Describe("MarkUnread", "Makes a message, and all after it, unread again for the caller.", 413, 415, 507);
        chat.MapGet("rooms/{room}/unread", GetUnreadAsync).Describe("GetUnread", "Counts what the caller has not read.");
    }

    private static async Task<Answer<ReadMarkerPage>> ListAsync(string room, long? readUpTo, string? cursor, int? limit, ChatCall call)
    {
        var page = await call.ReadAsync(room, found => found.ReadMarkers.ListAsync(readUpTo, cursor, limit ?? 100, call.Aborted)).ConfigureAwait(false);
        return new Answer<ReadMarkerPage>(page, ChatJsonContext.Default.ReadMarkerPage);
    }

    private static async Task<Answer<ReadMarker>> MarkReadAsync(string room, Body<MarkerRequest> body, ChatCall call)
    {
        var found = await call.RoomAsync(room, RoomRights.Read).ConfigureAwait(false);
        var request = await body.ReadAsync(call).ConfigureAwait(false);
        return Marker(await found.ReadMarkers.MarkReadAsync(call.User, request.MessageId, call.Aborted).ConfigureAwait(false));
    }

    private static async Task<Answer<ReadMarker>> MarkUnreadAsync(string room, Body<MarkerRequest> body, ChatCall call)
    {
        var found = await call.RoomAsync(room, RoomRights.Read).ConfigureAwait(false);
        var request = await body.ReadAsync(call).ConfigureAwait(false);
        return Marker(await found.ReadMarkers.MarkUnreadAsync(call.User, request.MessageId, call.Aborted).ConfigureAwait(false));
    }

    private static async Task<Answer<UnreadCount>> GetUnreadAsync(string room, ChatCall call) =>
        new(await call.ReadAsync(room, found => found.ReadMarkers.GetUnreadAsync(call.User, call.Aborted)).ConfigureAwait(false), ChatJsonContext.Default.UnreadCount);

    private static Answer<ReadMarker> Marker(ReadMarker marker) => new(marker, ChatJsonContext.Default.ReadMarker);
}
