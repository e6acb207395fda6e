namespace RedisChat;

/// <summary>Deletes many messages in memory.</summary>
/// <param name="find">Finds a room, if there is one.</param>
internal sealed class InMemoryBulkDeletionStore(Func<string, InMemoryRoom?> find) : IBulkDeletionStore
{
    public ValueTask<DeletedStep> DeleteStepAsync(
        string room, MessageSelection messages, long after, Actor by, string? reason, CancellationToken cancellationToken = default)
    {
        cancellationToken.ThrowIfCancellationRequested();
        return new(find(room)?.DeleteStep(messages, after, by, reason) ?? new DeletedStep(0, null, 0));
    }
}
