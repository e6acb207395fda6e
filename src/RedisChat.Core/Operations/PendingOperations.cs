namespace RedisChat;

/// <summary>Counts the operations under way. A bound on them is a bound on the messages that wait in memory while the store is away.</summary>
internal sealed class PendingOperations(int most)
{
    private int _count;

    /// <summary>One more, until what is returned is disposed.</summary>
    /// <exception cref="ChatOverloadedException">There are too many.</exception>
    public Entry Enter()
    {
        if (Interlocked.Increment(ref _count) <= most)
        {
            return new Entry(this);
        }

        Interlocked.Decrement(ref _count);
        throw new ChatOverloadedException(
            $"{most} operations are under way or waiting for the store, and no more are taken in; nothing was done. Slow down, and look "
            + $"whether the store can be reached. {nameof(ChatOptions)}.{nameof(ChatOptions.MaxPendingOperations)} is the limit.");
    }

    public readonly struct Entry(PendingOperations operations) : IDisposable
    {
        public void Dispose() => Interlocked.Decrement(ref operations._count);
    }
}
