namespace RedisChat;

/// <summary>The store has no memory left for new data. Nothing was written; reading still works.</summary>
public sealed class ChatStoreFullException : ChatException
{
    /// <summary>Creates an exception without details.</summary>
    public ChatStoreFullException()
    {
    }

    /// <summary>Creates an exception with a message.</summary>
    /// <param name="message">What happened, and what to do.</param>
    public ChatStoreFullException(string message)
        : base(message)
    {
    }

    /// <summary>Creates an exception with a message and the original error.</summary>
    /// <param name="message">What happened, and what to do.</param>
    /// <param name="innerException">The original error.</param>
    public ChatStoreFullException(string message, Exception? innerException)
        : base(message, innerException)
    {
    }
}
