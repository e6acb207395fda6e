namespace RedisChat;

/// <summary>
/// The live events of one room in this process: a chain that every watcher walks at its own pace. Publishing costs the same however many watch,
/// but for waking those who wait.
/// </summary>
/// <remarks>A watcher that falls more than the buffer's length behind is cut off, so that the chain behind it can be collected.</remarks>
internal sealed class RoomFeed(int bufferSize)
{
    private readonly object _gate = new();
    private LiveEvent _last = new(new RoomEvent.CaughtUp(RoomPosition.Start), 0);
    private RoomFeedReader[] _readers = [];

    /// <summary>The newest event; the readers' chain goes on from it.</summary>
    public LiveEvent Last => Volatile.Read(ref _last);

    public void Publish(LiveEvent happened)
    {
        lock (_gate)
        {
            happened.Sequence = _last.Sequence + 1;
            _last.Next = happened;
            Volatile.Write(ref _last, happened);
            foreach (var reader in _readers)
            {
                reader.Published(happened.Sequence - bufferSize);
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

    public RoomFeedReader Join()
    {
        lock (_gate)
        {
            var reader = new RoomFeedReader(this);
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
