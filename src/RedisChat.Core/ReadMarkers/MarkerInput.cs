namespace RedisChat;

/// <summary>The errors of read markers that only the store can detect, in one place.</summary>
internal static class MarkerInput
{
    /// <summary>The error for a message that the room does not have yet.</summary>
    public static ChatInputException BeyondLast(long messageId, long last) =>
        new($"Message {messageId} does not exist: {(last == 0 ? "no message was ever sent to the room" : $"the room's last message is {last}")}.", nameof(messageId));

    /// <summary>The error for a made-up cursor.</summary>
    public static ChatInputException NoCursor() => new("The cursor is not one that was returned before.", "cursor");
}
