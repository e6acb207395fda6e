namespace RedisChat;

/// <summary>Too many operations are waiting for the store already: see <see cref="ChatOptions.MaxPendingOperations"/>. Nothing was done.</summary>
public sealed class ChatOverloadedException : ChatException
{
    /// <summary>Makes one without details.</summary>
    public ChatOverloadedException()
    {
    }

    /// <summary>Makes one with a message.</summary>
    /// <param name="message">What happened, and what to do.</param>
    public ChatOverloadedException(string message)
        : base(message)
    {
    }

    /// <summary>Makes one with a message and the original error.</summary>
    /// <param name="message">What happened, and what to do.</param>
    /// <param name="innerException">The original error.</param>
    public ChatOverloadedException(string message, Exception? innerException)
        : base(message, innerException)
    {
    }
}
