namespace RedisChat;

/// <summary>The room, the message or the user has reached a limit, such as the kinds of reactions that a message may have. Nothing was changed.</summary>
public sealed class ChatLimitException : ChatException
{
    /// <summary>Creates an exception without details.</summary>
    public ChatLimitException()
    {
    }

    /// <summary>Creates an exception with a message.</summary>
    /// <param name="message">What happened, and what to do.</param>
    public ChatLimitException(string message)
        : base(message)
    {
    }

    /// <summary>Creates an exception with a message and the original error.</summary>
    /// <param name="message">What happened, and what to do.</param>
    /// <param name="innerException">The original error.</param>
    public ChatLimitException(string message, Exception? innerException)
        : base(message, innerException)
    {
    }
}
