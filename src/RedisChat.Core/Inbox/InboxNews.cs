namespace RedisChat;

/// <summary>What a watched inbox must read again. Thread-safe; holds each room once, however many events there were.</summary>
internal sealed class InboxNews
{
    private readonly object _gate = new();
    private HashSet<string> _rooms = new(StringComparer.Ordinal);
    private TaskCompletionSource _arrived = New();
    private bool _hasList;

    /// <summary>Completes when there is something to read. Fails if the inbox can no longer be watched.</summary>
    public Task Arrived
    {
        get
        {
            lock (_gate)
            {
                return _arrived.Task;
            }
        }
    }

    /// <summary>Adds a room.</summary>
    public void Add(string room)
    {
        lock (_gate)
        {
            _rooms.Add(room);
            _arrived.TrySetResult();
        }
    }

    /// <summary>Adds the list of rooms.</summary>
    public void AddList()
    {
        lock (_gate)
        {
            _hasList = true;
            _arrived.TrySetResult();
        }
    }

    /// <summary>Ends the watch with an error.</summary>
    public void Fail(Exception error)
    {
        lock (_gate)
        {
            if (!_arrived.TrySetException(error))
            {
                _arrived = New();
                _arrived.SetException(error);
            }
        }
    }

    /// <summary>Takes everything there is.</summary>
    public (bool List, HashSet<string> Rooms) Take()
    {
        lock (_gate)
        {
            var taken = (_hasList, _rooms);
            (_hasList, _rooms) = (false, new(StringComparer.Ordinal));
            _arrived = _arrived.Task.IsFaulted ? _arrived : New();
            return taken;
        }
    }

    private static TaskCompletionSource New()
    {
        var arrived = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        _ = arrived.Task.ContinueWith(
            static failed => _ = failed.Exception, CancellationToken.None, TaskContinuationOptions.OnlyOnFaulted | TaskContinuationOptions.ExecuteSynchronously, TaskScheduler.Default);
        return arrived;
    }
}
