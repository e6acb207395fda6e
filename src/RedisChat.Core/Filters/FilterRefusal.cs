namespace RedisChat;

/// <summary>The errors for messages that filters refuse, worded once.</summary>
internal static class FilterRefusal
{
    public static ChatForbiddenException Refused(string room, string operation, string reason) =>
        new($"The message was refused. {reason}") { Room = room, Operation = operation, Reason = ForbiddenReason.Filtered };

    public static ChatForbiddenException Failed(string room, string operation, Exception error) =>
        new("The message was refused because a filter could not check it. Nothing was changed; try again later.", error)
        {
            Room = room,
            Operation = operation,
            Reason = ForbiddenReason.Filtered,
        };
}
