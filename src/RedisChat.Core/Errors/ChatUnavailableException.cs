namespace RedisChat;

/// <summary>The store could not be reached, or did not answer in time.</summary>
public sealed class ChatUnavailableException : ChatException
{
    /// <summary>Creates an exception without details.</summary>
    public ChatUnavailableException()
    {
    }

    /// <summary>Creates an exception with a message.</summary>
    /// <param name="message">What happened, and what to do.</param>
    public ChatUnavailableException(string message)
        : base(message)
    {
    }

    /// <summary>Creates an exception with a message and the original error.</summary>
    /// <param name="message">What happened, and what to do.</param>
    /// <param name="innerException">The original error.</param>
    public ChatUnavailableException(string message, Exception? innerException)
        : base(message, innerException)
    {
    }

    /// <summary>
    /// Whether the operation may have taken effect, because a command was sent and its answer never arrived. If
    /// <see langword="false"/>, it certainly did not. A send that may have happened can be repeated safely with the same
    /// <see cref="NewMessage.IdempotencyKey"/>, if the caller set one.
    /// </summary>
    public bool MayHaveHappened { get; init; }
}
