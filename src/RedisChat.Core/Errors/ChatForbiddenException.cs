namespace RedisChat;

/// <summary>The user is not the author of the message, and only the author may do this.</summary>
public sealed class ChatForbiddenException : ChatException
{
    /// <summary>Creates an exception without details.</summary>
    public ChatForbiddenException()
    {
    }

    /// <summary>Creates an exception with a message.</summary>
    /// <param name="message">What happened, and what to do.</param>
    public ChatForbiddenException(string message)
        : base(message)
    {
    }

    /// <summary>Creates an exception with a message and the original error.</summary>
    /// <param name="message">What happened, and what to do.</param>
    /// <param name="innerException">The original error.</param>
    public ChatForbiddenException(string message, Exception? innerException)
        : base(message, innerException)
    {
    }
}
