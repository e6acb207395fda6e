namespace RedisChat;

/// <summary>The user may not do this. Nothing was changed.</summary>
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

    /// <summary>Why the user may not do this.</summary>
    public ForbiddenReason Reason { get; init; }

    /// <summary>How long to wait until it is allowed, if time changes that; <see langword="null"/> if waiting does not help.</summary>
    public TimeSpan? RetryAfter { get; init; }
}
