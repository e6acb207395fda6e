namespace RedisChat;

/// <summary>The user may not do this to the message, being someone else than its author.</summary>
public sealed class ChatForbiddenException : ChatException
{
    /// <summary>Makes one without details.</summary>
    public ChatForbiddenException()
    {
    }

    /// <summary>Makes one with a message.</summary>
    /// <param name="message">What happened, and what to do.</param>
    public ChatForbiddenException(string message)
        : base(message)
    {
    }

    /// <summary>Makes one with a message and the original error.</summary>
    /// <param name="message">What happened, and what to do.</param>
    /// <param name="innerException">The original error.</param>
    public ChatForbiddenException(string message, Exception? innerException)
        : base(message, innerException)
    {
    }
}
