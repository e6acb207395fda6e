namespace RedisChat;

/// <summary>The messages are stored, but it could not be confirmed in time that they are as durable as asked.</summary>
public sealed class ChatDurabilityException : ChatException
{
    /// <summary>Makes one without details.</summary>
    public ChatDurabilityException()
    {
    }

    /// <summary>Makes one with a message.</summary>
    /// <param name="message">What happened, and what to do.</param>
    public ChatDurabilityException(string message)
        : base(message)
    {
    }

    /// <summary>Makes one with a message and the original error.</summary>
    /// <param name="message">What happened, and what to do.</param>
    /// <param name="innerException">The original error.</param>
    public ChatDurabilityException(string message, Exception? innerException)
        : base(message, innerException)
    {
    }

    /// <summary>The receipts of the messages, in their order. They may still be lost, if the server fails now.</summary>
    public IReadOnlyList<MessageReceipt> Receipts { get; init; } = [];
}
