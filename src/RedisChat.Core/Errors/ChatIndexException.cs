namespace RedisChat;

/// <summary>An <see cref="IMessageIndex"/> cannot be read or written. The chat itself is not affected.</summary>
public sealed class ChatIndexException : ChatException
{
    /// <summary>Creates an exception without details.</summary>
    public ChatIndexException()
    {
    }

    /// <summary>Creates an exception with a message.</summary>
    /// <param name="message">What is wrong with the index, and what to do.</param>
    public ChatIndexException(string message)
        : base(message)
    {
    }

    /// <summary>Creates an exception with a message and the original error.</summary>
    /// <param name="message">What is wrong with the index, and what to do.</param>
    /// <param name="innerException">The original error.</param>
    public ChatIndexException(string message, Exception? innerException)
        : base(message, innerException)
    {
    }
}
