namespace RedisChat;

/// <summary>The input of a call is not valid: an id, a text, metadata, a query, a position, a limit, or a batch. Nothing was sent to the store.</summary>
/// <remarks>
/// It is the caller's fault, whereas any other <see cref="ArgumentException"/> is a bug in the program: a web layer answers it with status 400. The
/// message says what is allowed and never repeats the input, so it can be shown. <see cref="ArgumentException.ParamName"/> names the invalid part, such
/// as <c>messages[3].Text</c>.
/// </remarks>
public sealed class ChatInputException : ArgumentException
{
    /// <summary>Creates an exception without details.</summary>
    public ChatInputException()
    {
    }

    /// <summary>Creates an exception with a message.</summary>
    /// <param name="message">What is invalid, and what is allowed.</param>
    public ChatInputException(string message)
        : base(message)
    {
    }

    /// <summary>Creates an exception with a message and the original error.</summary>
    /// <param name="message">What is invalid, and what is allowed.</param>
    /// <param name="innerException">The original error.</param>
    public ChatInputException(string message, Exception? innerException)
        : base(message, innerException)
    {
    }

    /// <summary>Creates an exception with a message, the name of the input, and the original error if there is one.</summary>
    /// <param name="message">What is invalid, and what is allowed.</param>
    /// <param name="paramName">The invalid part of the input.</param>
    /// <param name="innerException">The original error.</param>
    public ChatInputException(string message, string? paramName, Exception? innerException = null)
        : base(message, paramName, innerException)
    {
    }
}
