namespace RedisChat;

/// <summary>The errors for messages that are being written, and for those that no longer are.</summary>
internal static class WritingErrors
{
    /// <summary>The message cannot be edited yet.</summary>
    public static ChatWritingException InProgress(long messageId) =>
        new($"Message {messageId} is being written, and only its writer can change its text. Wait until it is completed or abandoned, or delete it.");

    /// <summary>The message can no longer be written.</summary>
    public static ChatWritingException Ended(long messageId) =>
        new($"Message {messageId} is no longer being written by this writer: it was deleted, or abandoned because its lease ran out. Begin another message.");
}
