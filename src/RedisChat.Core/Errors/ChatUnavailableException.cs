namespace RedisChat;

/// <summary>The store could not be reached, or did not answer in time.</summary>
public sealed class ChatUnavailableException : ChatException
{
    /// <summary>Makes one without details.</summary>
    public ChatUnavailableException()
    {
    }

    /// <summary>Makes one with a message.</summary>
    /// <param name="message">What happened, and what to do.</param>
    public ChatUnavailableException(string message)
        : base(message)
    {
    }

    /// <summary>Makes one with a message and the original error.</summary>
    /// <param name="message">What happened, and what to do.</param>
    /// <param name="innerException">The original error.</param>
    public ChatUnavailableException(string message, Exception? innerException)
        : base(message, innerException)
    {
    }

    /// <summary>
    /// Whether the operation may have taken effect all the same, because a command was sent whose answer never came.
    /// <see langword="false"/>: it certainly did not. A send that may have happened is safe to repeat if it carried a
    /// <see cref="NewMessage.IdempotencyKey"/> of the caller's, and carries it again.
    /// </summary>
    public bool MayHaveHappened { get; init; }
}
