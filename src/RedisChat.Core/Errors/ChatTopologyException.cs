namespace RedisChat;

/// <summary>Two servers claim to be the primary, as in the middle of a fail-over: what one of them takes will be lost. Nothing was written.</summary>
public sealed class ChatTopologyException : ChatException
{
    /// <summary>Makes one without details.</summary>
    public ChatTopologyException()
    {
    }

    /// <summary>Makes one with a message.</summary>
    /// <param name="message">What happened, and what to do.</param>
    public ChatTopologyException(string message)
        : base(message)
    {
    }

    /// <summary>Makes one with a message and the original error.</summary>
    /// <param name="message">What happened, and what to do.</param>
    /// <param name="innerException">The original error.</param>
    public ChatTopologyException(string message, Exception? innerException)
        : base(message, innerException)
    {
    }
}
