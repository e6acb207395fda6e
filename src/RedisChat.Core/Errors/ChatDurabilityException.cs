namespace RedisChat;

/// <summary>The messages are stored, but their durability was not confirmed in time.</summary>
public sealed class ChatDurabilityException : ChatException
{
    /// <summary>Creates an exception without details.</summary>
    public ChatDurabilityException()
    {
    }

    /// <summary>Creates an exception with a message.</summary>
    /// <param name="message">What happened, and what to do.</param>
    public ChatDurabilityException(string message)
        : base(message)
    {
    }

    /// <summary>Creates an exception with a message and the original error.</summary>
    /// <param name="message">What happened, and what to do.</param>
    /// <param name="innerException">The original error.</param>
    public ChatDurabilityException(string message, Exception? innerException)
        : base(message, innerException)
    {
    }

    /// <summary>The receipts of the messages, in their order. The messages can still be lost if the server fails now.</summary>
    public IReadOnlyList<MessageReceipt> Receipts { get; init; } = [];
}
