namespace RedisChat;

/// <summary>Finds closed threads in memory.</summary>
/// <param name="find">Finds a room, if there is one.</param>
internal sealed class InMemoryThreadStore(Func<string, InMemoryRoom?> find) : IThreadStore
{
    public ValueTask<IReadOnlyList<long>> ReadClosedThreadsAsync(string room, long? messageId, CancellationToken cancellationToken = default)
    {
        cancellationToken.ThrowIfCancellationRequested();
        if (find(room) is not { } found)
        {
            return new([]);
        }

        lock (found.Gate)
        {
            return new([.. found.Threads.Closed.Where(id => messageId is null || id == messageId)]);
        }
    }

    public ValueTask ForgetThreadAsync(string room, long messageId, CancellationToken cancellationToken = default)
    {
        cancellationToken.ThrowIfCancellationRequested();
        if (find(room) is { } found)
        {
            lock (found.Gate)
            {
                found.Threads.Forget(messageId);
            }
        }

        return default;
    }
}
