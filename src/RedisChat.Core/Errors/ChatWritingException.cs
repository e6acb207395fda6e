namespace RedisChat;

/// <summary>
/// A message is being written and cannot be edited yet; or, for its writer, it is no longer being written, because it was deleted or abandoned. Nothing was changed.
/// </summary>
public sealed class ChatWritingException : ChatException
{
    /// <summary>Creates an exception without details.</summary>
    public ChatWritingException()
    {
    }

    /// <summary>Creates an exception with a message.</summary>
    /// <param name="message">What happened, and what to do.</param>
    public ChatWritingException(string message)
        : base(message)
    {
    }

    /// <summary>Creates an exception with a message and the original error.</summary>
    /// <param name="message">What happened, and what to do.</param>
    /// <param name="innerException">The original error.</param>
    public ChatWritingException(string message, Exception? innerException)
        : base(message, innerException)
    {
    }
}
