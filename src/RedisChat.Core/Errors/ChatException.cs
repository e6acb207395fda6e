namespace RedisChat;

/// <summary>A chat operation failed for a reason that its caller could not check beforehand. Input that is not valid is a <see cref="ChatInputException"/>.</summary>
public class ChatException : Exception
{
    /// <summary>Makes one without details.</summary>
    public ChatException()
    {
    }

    /// <summary>Makes one with a message.</summary>
    /// <param name="message">What happened, and what to do.</param>
    public ChatException(string message)
        : base(message)
    {
    }

    /// <summary>Makes one with a message and the original error.</summary>
    /// <param name="message">What happened, and what to do.</param>
    /// <param name="innerException">The original error.</param>
    public ChatException(string message, Exception? innerException)
        : base(message, innerException)
    {
    }

    /// <summary>The room it was about; <see langword="null"/> if none.</summary>
    public string? Room { get; init; }

    /// <summary>What was being done: one of <see cref="ChatOperations"/>.</summary>
    public string? Operation { get; init; }
}
