namespace RedisChat;

/// <summary>The input of a call is not valid: an id, a text, metadata, a query, a position, a limit, or a batch. Nothing was sent to the store.</summary>
/// <remarks>
/// The caller's fault, where every other <see cref="ArgumentException"/> is the program's: a web layer answers with status 400. The
/// message says what is allowed and never repeats the input, so it can be shown. <see cref="ArgumentException.ParamName"/> names the part that
/// is not valid, such as <c>messages[3].Text</c>.
/// </remarks>
public sealed class ChatInputException : ArgumentException
{
    /// <summary>Creates an exception without details.</summary>
    public ChatInputException()
    {
    }

    /// <summary>Creates an exception with a message.</summary>
    /// <param name="message">What is not valid, and what is allowed.</param>
    public ChatInputException(string message)
        : base(message)
    {
    }

    /// <summary>Creates an exception with a message and the original error.</summary>
    /// <param name="message">What is not valid, and what is allowed.</param>
    /// <param name="innerException">The original error.</param>
    public ChatInputException(string message, Exception? innerException)
        : base(message, innerException)
    {
    }

    /// <summary>Creates an exception with a message, the name of the input, and the original error if there is one.</summary>
    /// <param name="message">What is not valid, and what is allowed.</param>
    /// <param name="paramName">The part of the input that is not valid.</param>
    /// <param name="innerException">The original error.</param>
    public ChatInputException(string message, string? paramName, Exception? innerException = null)
        : base(message, paramName, innerException)
    {
    }
}
