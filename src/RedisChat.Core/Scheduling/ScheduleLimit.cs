namespace RedisChat;

/// <summary>The error for a user who has as many scheduled messages in a room as possible, worded once for all stores.</summary>
internal static class ScheduleLimit
{
    public static ChatLimitException Error(Exception? inner = null) =>
        new($"The user has {ChatLimits.MaxScheduledMessages} scheduled messages in this room, which is all a user can have. Nothing was scheduled. Cancel one first.", inner);
}
