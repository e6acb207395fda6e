namespace RedisChat;

/// <summary>An optional ability of an <see cref="IMessageStore"/>: finding out whether a message was sent already, without sending it.</summary>
public interface ISentMessages
{
    /// <summary>Looks up the receipt of a message by its author and idempotency key, as <see cref="IMessageStore.AppendAsync"/> does. Writes nothing.</summary>
    /// <param name="room">The room's id.</param>
    /// <param name="message">The message, with an idempotency key.</param>
    /// <param name="cancellationToken">Stops waiting.</param>
    /// <returns>
    /// The receipt, with <see cref="MessageReceipt.IsDuplicate"/> set, even if the message was edited or deleted since; <see langword="null"/> if the key is not remembered.
    /// </returns>
    /// <exception cref="ChatIdempotencyConflictException">The author has used the key for a different text or different metadata.</exception>
    ValueTask<MessageReceipt?> FindAsync(string room, NewMessage message, CancellationToken cancellationToken = default);
}
