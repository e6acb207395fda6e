namespace RedisChat;

/// <summary>
/// The live events of one room in this process: a chain that every watcher walks at its own pace. Publishing costs a look at each watcher, and
/// more only for those who wait.
/// </summary>
/// <remarks>A watcher that falls more than the buffer's length behind is cut off, so that the chain behind it can be collected.</remarks>
internal sealed class RoomFeed(int bufferSize)
{
    private readonly object _gate = new();
    private LiveEvent _last = LiveEvent.None();
    private RoomFeedReader[] _readers = [];

    /// <summary>The newest event; the readers' chain goes on from it.</summary>
    public LiveEvent Last => Volatile.Read(ref _last);

    /// <summary>Tells of events that came together: one, or the first of several that are linked already. Who waits is woken once for all.</summary>
    public void Publish(LiveEvent first)
    {
        lock (_gate)
        {
            var last = first;
            for (last.Sequence = _last.Sequence + 1; last.Next is { } next; last = next)
            {
                next.Sequence = last.Sequence + 1;
            }

            _last.Next = first;
            Volatile.Write(ref _last, last);

            // Who begins to wait says so first and looks for news then: so either it sees the events, or it is seen waiting here.
            Interlocked.MemoryBarrier();
            foreach (var reader in _readers)
            {
                reader.Published(last.Sequence - bufferSize);
            }
        }
    }

    /// <summary>Sends every watcher to the store.</summary>
    public void CatchUp(CatchUpCause cause)
    {
        foreach (var reader in Volatile.Read(ref _readers))
        {
            reader.CatchUp(cause);
        }
    }

    /// <summary>Has every watcher look whether it is to end.</summary>
    public void WakeAll()
    {
        foreach (var reader in Volatile.Read(ref _readers))
        {
            reader.Wake();
        }
    }

    /// <summary>One more reads.</summary>
    /// <param name="watcher">Called on the thread pool when the reader waited and has something to look at.</param>
    public RoomFeedReader Join(IThreadPoolWorkItem watcher)
    {
        lock (_gate)
        {
            var reader = new RoomFeedReader(this, watcher);
            _readers = [.. _readers, reader];
            return reader;
        }
    }

    public void Leave(RoomFeedReader reader)
    {
        lock (_gate)
        {
            _readers = Array.FindAll(_readers, other => other != reader);
        }
    }
}
