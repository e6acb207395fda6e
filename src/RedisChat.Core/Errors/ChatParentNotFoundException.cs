namespace RedisChat;

/// <summary>
/// The message that a new one replies to, or whose thread it is sent to, does not exist in the room: it never did, or was deleted. Nothing was stored; of a batch, no message.
/// </summary>
public sealed class ChatParentNotFoundException : ChatException
{
    /// <summary>Creates an exception without details.</summary>
    public ChatParentNotFoundException()
    {
    }

    /// <summary>Creates an exception with a message.</summary>
    /// <param name="message">What happened, and what to do.</param>
    public ChatParentNotFoundException(string message)
        : base(message)
    {
    }

    /// <summary>Creates an exception with a message and the original error.</summary>
    /// <param name="message">What happened, and what to do.</param>
    /// <param name="innerException">The original error.</param>
    public ChatParentNotFoundException(string message, Exception? innerException)
        : base(message, innerException)
    {
    }

    /// <summary>The id of the missing message; 0 if it is not known.</summary>
    public long ParentId { get; init; }
}
