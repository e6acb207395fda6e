namespace RedisChat;

/// <summary>An export, import, migration or verification was refused or could not be completed, for example because of what the directory or the chat already holds. The message says what to do.</summary>
public sealed class ChatTransferException : ChatException
{
    /// <summary>Creates an exception without details.</summary>
    public ChatTransferException()
    {
    }

    /// <summary>Creates an exception with a message.</summary>
    /// <param name="message">What happened, and what to do.</param>
    public ChatTransferException(string message)
        : base(message)
    {
    }

    /// <summary>Creates an exception with a message and the original error.</summary>
    /// <param name="message">What happened, and what to do.</param>
    /// <param name="innerException">The original error.</param>
    public ChatTransferException(string message, Exception? innerException)
        : base(message, innerException)
    {
    }
}
