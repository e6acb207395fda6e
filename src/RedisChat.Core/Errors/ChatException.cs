namespace RedisChat;

/// <summary>A chat operation failed for a reason that its caller could not check beforehand. Invalid input is a <see cref="ChatInputException"/>.</summary>
public class ChatException : Exception
{
    private string? _room;
    private string? _operation;

    /// <summary>Creates an exception without details.</summary>
    public ChatException()
    {
    }

    /// <summary>Creates an exception with a message.</summary>
    /// <param name="message">What happened, and what to do.</param>
    public ChatException(string message)
        : base(message)
    {
    }

    /// <summary>Creates an exception with a message and the original error.</summary>
    /// <param name="message">What happened, and what to do.</param>
    /// <param name="innerException">The original error.</param>
    public ChatException(string message, Exception? innerException)
        : base(message, innerException)
    {
    }

    /// <summary>The room of the operation; <see langword="null"/> if it does not concern a room.</summary>
    public string? Room
    {
        get => _room;
        init => _room = value;
    }

    /// <summary>The operation that failed: one of <see cref="ChatOperations"/>.</summary>
    public string? Operation
    {
        get => _operation;
        init => _operation = value;
    }

    /// <summary>Sets the room and the operation, unless they are already set, so that stores need not pass them around for their errors.</summary>
    internal void Complete(string? room, string operation)
    {
        _room ??= room;
        _operation ??= operation;
    }
}
