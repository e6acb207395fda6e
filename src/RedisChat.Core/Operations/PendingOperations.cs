namespace RedisChat;

/// <summary>Counts the pending operations. Limiting them limits the messages that wait in memory while the store is down.</summary>
internal sealed class PendingOperations(int most)
{
    private int _count;

    /// <summary>Adds an operation until the returned entry is disposed.</summary>
    /// <exception cref="ChatOverloadedException">There are too many.</exception>
    public Entry Enter()
    {
        if (Interlocked.Increment(ref _count) <= most)
        {
            return new Entry(this);
        }

        Interlocked.Decrement(ref _count);
        throw new ChatOverloadedException(
            $"{most} operations are running or waiting for the store, and no more are accepted. Nothing was done. Slow down, and check "
            + $"that the store can be reached. {nameof(ChatOptions)}.{nameof(ChatOptions.MaxPendingOperations)} is the limit.");
    }

    public readonly struct Entry(PendingOperations operations) : IDisposable
    {
        public void Dispose() => Interlocked.Decrement(ref operations._count);
    }
}
