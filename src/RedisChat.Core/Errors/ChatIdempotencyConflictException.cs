namespace RedisChat;

/// <summary>The same user reused an idempotency key in the same room for a different message. Nothing was written.</summary>
public sealed class ChatIdempotencyConflictException : ChatException
{
    /// <summary>Creates an exception without details.</summary>
    public ChatIdempotencyConflictException()
    {
    }

    /// <summary>Creates an exception with a message.</summary>
    /// <param name="message">What happened, and what to do.</param>
    public ChatIdempotencyConflictException(string message)
        : base(message)
    {
    }

    /// <summary>Creates an exception with a message and the original error.</summary>
    /// <param name="message">What happened, and what to do.</param>
    /// <param name="innerException">The original error.</param>
    public ChatIdempotencyConflictException(string message, Exception? innerException)
        : base(message, innerException)
    {
    }
}
