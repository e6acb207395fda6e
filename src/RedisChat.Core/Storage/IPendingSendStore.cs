namespace RedisChat;

/// <summary>
/// A store that keeps with a send what it needs to recognise it when it is tried again, and so needs no idempotency key for that.
/// </summary>
internal interface IPendingSendStore
{
    /// <summary>Appends like <see cref="IMessageStore.AppendAsync"/>, and leaves the receipts in the send.</summary>
    /// <returns>The send.</returns>
    ValueTask<PendingSend> AppendAsync(string room, PendingSend send, Durability durability, CancellationToken cancellationToken);
}
