namespace RedisChat;

/// <summary>The store holds something under one of the chat's keys that is no chat data.</summary>
public sealed class ChatDataException : ChatException
{
    /// <summary>Makes one without details.</summary>
    public ChatDataException()
    {
    }

    /// <summary>Makes one with a message.</summary>
    /// <param name="message">What happened, and what to do.</param>
    public ChatDataException(string message)
        : base(message)
    {
    }

    /// <summary>Makes one with a message and the original error.</summary>
    /// <param name="message">What happened, and what to do.</param>
    /// <param name="innerException">The original error.</param>
    public ChatDataException(string message, Exception? innerException)
        : base(message, innerException)
    {
    }

    /// <summary>The key that holds it.</summary>
    public string? Key { get; init; }

    /// <summary>The hash field that holds it; <see langword="null"/> when the whole key is meant.</summary>
    public string? Field { get; init; }
}
