namespace RedisChat;

/// <summary>The server's configuration would lose messages, or the server cannot provide a guarantee that was requested. Retrying does not help.</summary>
public sealed class ChatServerException : ChatException
{
    /// <summary>Creates an exception without details.</summary>
    public ChatServerException()
    {
    }

    /// <summary>Creates an exception with a message.</summary>
    /// <param name="message">What is wrong with the server, and what to do.</param>
    public ChatServerException(string message)
        : base(message)
    {
    }

    /// <summary>Creates an exception with a message and the original error.</summary>
    /// <param name="message">What is wrong with the server, and what to do.</param>
    /// <param name="innerException">The original error.</param>
    public ChatServerException(string message, Exception? innerException)
        : base(message, innerException)
    {
    }
}
