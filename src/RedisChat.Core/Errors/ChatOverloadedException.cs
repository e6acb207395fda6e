namespace RedisChat;

/// <summary>Too many operations are already waiting for the store: see <see cref="ChatOptions.MaxPendingOperations"/>. Nothing was sent.</summary>
public sealed class ChatOverloadedException : ChatException
{
    /// <summary>Creates an exception without details.</summary>
    public ChatOverloadedException()
    {
    }

    /// <summary>Creates an exception with a message.</summary>
    /// <param name="message">What happened, and what to do.</param>
    public ChatOverloadedException(string message)
        : base(message)
    {
    }

    /// <summary>Creates an exception with a message and the original error.</summary>
    /// <param name="message">What happened, and what to do.</param>
    /// <param name="innerException">The original error.</param>
    public ChatOverloadedException(string message, Exception? innerException)
        : base(message, innerException)
    {
    }
}
