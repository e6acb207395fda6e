using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.AspNetCore.Routing;

namespace RedisChat.AspNetCore;

/// <summary>The caller's scheduled messages.</summary>
internal static class ScheduleEndpoints
{
    private const string All = "rooms/{room}/scheduled";
    private const string One = "rooms/{room}/scheduled/{scheduledId}";

    public static void Map(IEndpointRouteBuilder chat)
    {
        chat.MapGet(All, ListAsync).Describe("ListScheduled", "Lists the caller's scheduled messages in a room, the next one first.");
        chat.MapPost(All, AddAsync).Returns<ScheduledMessage>(201).Describe("ScheduleMessage", "Schedules a message.", 409, 413, 415, 507);
        chat.MapMethods(One, ["PATCH"], ChangeAsync).Describe("ChangeScheduled", "Changes a message that is still scheduled.", 404, 413, 415);
        chat.MapDelete(One, CancelAsync).Describe("CancelScheduled", "Cancels a scheduled message.", 404);
    }

    private static async Task<Answer<IReadOnlyList<ScheduledMessage>>> ListAsync(string room, ChatCall call)
    {
        var found = await call.RoomAsync(room, RoomRights.None).ConfigureAwait(false);
        return new Answer<IReadOnlyList<ScheduledMessage>>(
            await found.Schedule.ListAsync(call.User, call.Aborted).ConfigureAwait(false), ChatJsonContext.Default.IReadOnlyListScheduledMessage);
    }

    private static async Task<Answer<ScheduledMessage>> AddAsync(string room, Body<ScheduleRequest> body, ChatCall call)
    {
        var request = await body.ReadAsync(call).ConfigureAwait(false);
        var scheduled = await call.Caller.ScheduleAsync(ChatCall.Id(room), request, call.Aborted).ConfigureAwait(false);
        return new Answer<ScheduledMessage>(scheduled, ChatJsonContext.Default.ScheduledMessage, StatusCodes.Status201Created);
    }

    private static async Task<Answer<ScheduledMessage>> ChangeAsync(string room, string scheduledId, Body<RescheduleRequest> body, ChatCall call)
    {
        var found = await call.RoomAsync(room, RoomRights.Send).ConfigureAwait(false);
        var request = await body.ReadAsync(call).ConfigureAwait(false);
        return new Answer<ScheduledMessage>(
            await found.Schedule.ChangeAsync(call.User, scheduledId, request.Text, request.SendAt, request.Metadata, call.Aborted).ConfigureAwait(false)
                ?? throw new ChatProblemException(ChatProblem.NotFound),
            ChatJsonContext.Default.ScheduledMessage);
    }

    private static async Task<NoContent> CancelAsync(string room, string scheduledId, ChatCall call)
    {
        var found = await call.RoomAsync(room, RoomRights.None).ConfigureAwait(false);
        return await found.Schedule.CancelAsync(call.User, scheduledId, call.Aborted).ConfigureAwait(false)
            ? TypedResults.NoContent()
            : throw new ChatProblemException(ChatProblem.NotFound);
    }
}
