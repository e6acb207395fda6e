namespace RedisChat;

/// <summary>Something in a page's run of messages that the store holds but could not read as a message.</summary>
/// <remarks>
/// It says nothing of where the store keeps it, so it can go to a client with the page. <see cref="Chat"/> logs the place, and
/// <see cref="Chat.GetAsync"/> of the id throws a <see cref="ChatDataException"/> that names it.
/// </remarks>
/// <param name="Id">The id of the message; <see langword="null"/> if the store cannot tell which message it is.</param>
public sealed record UnreadableMessage(long? Id)
{
    /// <summary>The key that holds it, for the log.</summary>
    internal string? Key { get; init; }

    /// <summary>The field of the key's hash, for the log; <see langword="null"/> if the whole key is meant.</summary>
    internal string? Field { get; init; }
}
