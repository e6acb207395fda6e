namespace RedisChat;

/// <summary>Two servers claim to be the primary, as during a failover, and writes to one of them would be lost. Nothing was written.</summary>
public sealed class ChatTopologyException : ChatException
{
    /// <summary>Creates an exception without details.</summary>
    public ChatTopologyException()
    {
    }

    /// <summary>Creates an exception with a message.</summary>
    /// <param name="message">What happened, and what to do.</param>
    public ChatTopologyException(string message)
        : base(message)
    {
    }

    /// <summary>Creates an exception with a message and the original error.</summary>
    /// <param name="message">What happened, and what to do.</param>
    /// <param name="innerException">The original error.</param>
    public ChatTopologyException(string message, Exception? innerException)
        : base(message, innerException)
    {
    }
}
