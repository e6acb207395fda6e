namespace RedisChat;

/// <summary>
/// The archive of a room's old messages (<see cref="IRoomArchive"/>) is missing in this process, failed, or lacks what was moved there. Recent messages are not affected: a page that does not reach back that far can be
/// read.
/// </summary>
public sealed class ChatArchiveException : ChatException
{
    /// <summary>Creates an exception without details.</summary>
    public ChatArchiveException()
    {
    }

    /// <summary>Creates an exception with a message.</summary>
    /// <param name="message">What is wrong with the archive, and what to do.</param>
    public ChatArchiveException(string message)
        : base(message)
    {
    }

    /// <summary>Creates an exception with a message and the original error.</summary>
    /// <param name="message">What is wrong with the archive, and what to do.</param>
    /// <param name="innerException">The original error.</param>
    public ChatArchiveException(string message, Exception? innerException)
        : base(message, innerException)
    {
    }
}
