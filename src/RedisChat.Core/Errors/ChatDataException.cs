namespace RedisChat;

/// <summary>One of the chat's keys holds data that the chat cannot read.</summary>
public sealed class ChatDataException : ChatException
{
    /// <summary>Creates an exception without details.</summary>
    public ChatDataException()
    {
    }

    /// <summary>Creates an exception with a message.</summary>
    /// <param name="message">What happened, and what to do.</param>
    public ChatDataException(string message)
        : base(message)
    {
    }

    /// <summary>Creates an exception with a message and the original error.</summary>
    /// <param name="message">What happened, and what to do.</param>
    /// <param name="innerException">The original error.</param>
    public ChatDataException(string message, Exception? innerException)
        : base(message, innerException)
    {
    }

    /// <summary>The key.</summary>
    public string? Key { get; init; }

    /// <summary>The field of the key's hash; <see langword="null"/> for the whole key.</summary>
    public string? Field { get; init; }
}
