namespace RedisChat;

/// <summary>A stored value in a page's range that could not be read as a message.</summary>
/// <remarks>
/// It does not reveal where the value is stored, so it can be sent to a client with the page. <see cref="Chat"/> logs the place, and
/// <see cref="Chat.GetAsync"/> with the id throws a <see cref="ChatDataException"/> that names it.
/// </remarks>
/// <param name="Id">The id of the message; <see langword="null"/> if the store does not know which message it is.</param>
public sealed record UnreadableMessage(long? Id)
{
    /// <summary>The key of the value, for the log.</summary>
    internal string? Key { get; init; }

    /// <summary>The field of the key's hash, for the log; <see langword="null"/> for the whole key.</summary>
    internal string? Field { get; init; }
}
