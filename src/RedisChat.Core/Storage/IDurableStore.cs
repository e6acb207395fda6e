namespace RedisChat;

/// <summary>An optional ability of an <see cref="IMessageStore"/>: to say that a message is safer than in one server's memory.</summary>
public interface IDurableStore
{
    /// <summary>Appends like <see cref="IMessageStore.AppendAsync"/>, and returns once the messages are as durable as asked.</summary>
    /// <remarks>A repetition under the same idempotency keys waits for the first time's messages.</remarks>
    /// <param name="room">The room's id.</param>
    /// <param name="messages">1 to <see cref="ChatLimits.MaxBatchSize"/> messages, each with an idempotency key.</param>
    /// <param name="durability">A level other than <see cref="Durability.Memory"/>.</param>
    /// <param name="cancellationToken">Stops waiting; what was sent may still happen.</param>
    /// <returns>A receipt for each message, in the same order.</returns>
    /// <exception cref="ChatDurabilityException">The messages are stored, but not known to be so durable.</exception>
    /// <exception cref="ChatServerException">The server cannot give this level.</exception>
    ValueTask<IReadOnlyList<MessageReceipt>> AppendAsync(
        string room, IReadOnlyList<NewMessage> messages, Durability durability, CancellationToken cancellationToken = default);
}
