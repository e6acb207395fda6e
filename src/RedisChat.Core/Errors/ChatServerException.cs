namespace RedisChat;

/// <summary>The server is set up in a way that would lose messages, or cannot give what the chat was asked to promise. Trying again does not help.</summary>
public sealed class ChatServerException : ChatException
{
    /// <summary>Makes one without details.</summary>
    public ChatServerException()
    {
    }

    /// <summary>Makes one with a message.</summary>
    /// <param name="message">What is wrong with the server, and what to do.</param>
    public ChatServerException(string message)
        : base(message)
    {
    }

    /// <summary>Makes one with a message and the original error.</summary>
    /// <param name="message">What is wrong with the server, and what to do.</param>
    /// <param name="innerException">The original error.</param>
    public ChatServerException(string message, Exception? innerException)
        : base(message, innerException)
    {
    }
}
