namespace RedisChat;

/// <summary>
/// The live events of one room in this process: a linked list that every watcher walks at its own pace. Publishing checks each watcher, and does more
/// only for those that wait.
/// </summary>
/// <remarks>A watcher that falls behind by more than the buffer's length is cut off, so that the list behind it can be collected.</remarks>
internal sealed class RoomFeed(int bufferSize)
{
    private readonly object _gate = new();
    private LiveEvent _last = LiveEvent.None();
    private RoomFeedReader[] _readers = [];
    private RoomEvent.RoomDeleted? _deleted;

    /// <summary>The newest event, from which the readers' list continues.</summary>
    public LiveEvent Last => Volatile.Read(ref _last);

    /// <summary>The last deletion of the room that was published. A reader that is cut off cannot find it in the list any more.</summary>
    public RoomEvent.RoomDeleted? Deleted => Volatile.Read(ref _deleted);

    public bool HasSeveralReaders => Volatile.Read(ref _readers).Length > 1;

    /// <summary>Publishes the events of one payload: a single one, or the first of several that are already linked. Wakes each waiting reader once.</summary>
    public void Publish(LiveEvent first)
    {
        lock (_gate)
        {
            var last = first;
            for (last.Follow(_last); last.Next is { } next; last = next)
            {
                next.Follow(last);
            }

            if (first.Happened is RoomEvent.RoomDeleted deleted)
            {
                Volatile.Write(ref _deleted, deleted);
            }

            _last.Next = first;
            Volatile.Write(ref _last, last);

            // A reader marks itself as waiting before its last check, so either it sees the events or it is seen waiting here.
            Interlocked.MemoryBarrier();
            foreach (var reader in _readers)
            {
                reader.Published(last, bufferSize);
            }
        }
    }

    /// <summary>Makes every watcher read from the store.</summary>
    public void CatchUp(CatchUpCause cause)
    {
        foreach (var reader in Volatile.Read(ref _readers))
        {
            reader.CatchUp(cause);
        }
    }

    /// <summary>Makes every watcher check whether it has been canceled.</summary>
    public void WakeAll()
    {
        foreach (var reader in Volatile.Read(ref _readers))
        {
            reader.Wake();
        }
    }

    /// <summary>Adds a reader.</summary>
    /// <param name="watcher">Called on the thread pool when the reader was waiting and has something to check.</param>
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
