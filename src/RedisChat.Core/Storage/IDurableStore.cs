namespace RedisChat;

/// <summary>An optional ability of an <see cref="IMessageStore"/>: confirming that a message is safer than in one server's memory.</summary>
public interface IDurableStore
{
    /// <summary>Appends like <see cref="IMessageStore.AppendAsync"/>, and returns once the messages are as durable as requested.</summary>
    /// <remarks>A repetition with the same idempotency keys waits for the messages that were stored the first time.</remarks>
    /// <param name="room">The room's id.</param>
    /// <param name="messages">1 to <see cref="ChatLimits.MaxBatchSize"/> messages, each with an idempotency key.</param>
    /// <param name="durability">A level other than <see cref="Durability.Memory"/>.</param>
    /// <param name="cancellationToken">Stops waiting; messages that were already sent may still be stored.</param>
    /// <returns>A receipt for each message, in the same order.</returns>
    /// <exception cref="ChatDurabilityException">The messages are stored, but their durability was not confirmed.</exception>
    /// <exception cref="ChatServerException">The server cannot provide this level.</exception>
    ValueTask<IReadOnlyList<MessageReceipt>> AppendAsync(
        string room, IReadOnlyList<NewMessage> messages, Durability durability, CancellationToken cancellationToken = default);
}
