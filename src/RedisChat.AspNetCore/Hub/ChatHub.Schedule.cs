namespace RedisChat.AspNetCore;

/// <content>The caller's scheduled messages.</content>
public sealed partial class ChatHub
{
    /// <summary>Lists the caller's scheduled messages in a room, the next one first.</summary>
    /// <param name="room">The room's id.</param>
    public Task<IReadOnlyList<ScheduledMessage>> GetScheduled(string room) =>
        ActAsync(room, RoomRights.None, (found, user, token) => found.Schedule.ListAsync(user, token));

    /// <summary>Schedules a message.</summary>
    /// <param name="room">The room's id.</param>
    /// <param name="request">The message and its time.</param>
    public Task<ScheduledMessage> Schedule(string room, ScheduleRequest request)
    {
        ArgumentNullException.ThrowIfNull(request);
        return CallAsync(caller => caller.ScheduleAsync(room, request, Context.ConnectionAborted));
    }

    /// <summary>Changes a scheduled message; null if it was sent or canceled.</summary>
    /// <param name="room">The room's id.</param>
    /// <param name="id">The scheduled message's id.</param>
    /// <param name="request">What changes.</param>
    public Task<ScheduledMessage?> ChangeScheduled(string room, string id, RescheduleRequest request)
    {
        ArgumentNullException.ThrowIfNull(request);
        return ActAsync(room, RoomRights.Send, (found, user, token) => found.Schedule.ChangeAsync(user, id, request.Text, request.SendAt, request.Metadata, token));
    }

    /// <summary>Cancels a scheduled message; false if it was sent or canceled before.</summary>
    /// <param name="room">The room's id.</param>
    /// <param name="id">The scheduled message's id.</param>
    public Task<bool> CancelScheduled(string room, string id) =>
        ActAsync(room, RoomRights.None, (found, user, token) => found.Schedule.CancelAsync(user, id, token));
}
