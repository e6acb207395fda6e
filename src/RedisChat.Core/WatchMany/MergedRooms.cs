namespace RedisChat;

/// <summary>
/// Merges the events of rooms into one sequence. Each room has at most one event awaited or ready; rooms with a ready event queue up, and a room whose
/// event was delivered goes to the end of the queue. No room has a task: waiting for events and delivering them allocate nothing.
/// </summary>
internal sealed partial class MergedRooms
{
    private readonly object _gate = new();
    private readonly OperationRunner _runner;
    private readonly CancellationToken _ofStream;
    private readonly StreamHeartbeat? _heartbeat;
    private readonly StreamWait _wait = new();
    private readonly Dictionary<string, StreamedRoom> _rooms = new(StringComparer.Ordinal);

    // Completes when the stream has ended and no room is watched any more. Its continuations must not run under the lock.
    private readonly TaskCompletionSource _over = new(TaskCreationOptions.RunContinuationsAsynchronously);

    private ReadyRooms _ready;
    private StreamedRoom? _delivered;
    private Exception? _cause;
    private int _watched;
    private bool _isStarted;
    private bool _hasEnded;

    public MergedRooms(TimeSpan? heartbeat, OperationRunner runner, CancellationToken ofStream)
    {
        _runner = runner;
        _ofStream = ofStream;
        _heartbeat = heartbeat is { } interval ? new StreamHeartbeat(interval, runner.Time, OnQuiet) : null;
    }

    /// <summary>Adds a room; <see langword="false"/> if there is one of the same id.</summary>
    public bool TryAdd(StreamedRoom room)
    {
        lock (_gate)
        {
            ObjectDisposedException.ThrowIf(_hasEnded, typeof(WatchedRooms));
            if (!_rooms.TryAdd(room.Id, room))
            {
                return false;
            }

            if (!_isStarted)
            {
                return true;
            }

            Start(room);
        }

        Ask(room);
        return true;
    }

    /// <summary>Removes a room; <see langword="false"/> if there is none of that id.</summary>
    public bool Remove(string id)
    {
        StreamedRoom? room;
        bool mustEnd;
        lock (_gate)
        {
            if (!_rooms.Remove(id, out room))
            {
                return false;
            }

            if (room.State == StreamedRoom.Turn.Ready)
            {
                _ready.Remove(room);
            }

            mustEnd = room.Leave();
            _delivered = _delivered == room ? null : _delivered;
        }

        if (mustEnd)
        {
            _ = EndAsync(room);
        }

        return true;
    }

    /// <summary>Takes the result of a request for an event.</summary>
    /// <param name="room">The room.</param>
    /// <param name="next">The completed request.</param>
    /// <param name="isOwnWorkItem">Whether the application's code may run on this thread, because the store called on it.</param>
    public void Arrived(StreamedRoom room, ValueTask<bool> next, bool isOwnWorkItem)
    {
        var error = room.ResultOf(next);
        bool mustEnd;
        var endsAll = false;
        var resumes = false;
        lock (_gate)
        {
            if (room.IsRemoved)
            {
                mustEnd = room.State == StreamedRoom.Turn.Asking;
                room.State = StreamedRoom.Turn.Ended;
            }
            else if (error is ObjectDisposedException)
            {
                // The store was disposed, which ends all of its watchers.
                mustEnd = endsAll = true;
                room.State = StreamedRoom.Turn.Ended;
            }
            else
            {
                mustEnd = room.GetReady(error);
                _ready.Add(room);
                if (resumes = _wait.IsPending && TryTake())
                {
                    _wait.Decide(hasEvent: true);
                }
            }
        }

        if (mustEnd)
        {
            _ = EndAsync(room);
        }

        if (endsAll)
        {
            _ = EndAsync(error);
        }

        if (resumes && isOwnWorkItem)
        {
            _wait.Resume();
        }
        else if (resumes)
        {
            _wait.ResumeOnPool();
        }
    }

    /// <summary>Records that a room is watched from now on. Under the lock.</summary>
    private void Start(StreamedRoom room)
    {
        room.Ask();
        _watched++;
    }

    /// <summary>Requests a room's next event. Called by the thread that called <see cref="StreamedRoom.Ask"/>, not under the lock.</summary>
    private void Ask(StreamedRoom room)
    {
        var next = room.MoveNextAsync();
        if (next.IsCompleted)
        {
            Arrived(room, next, isOwnWorkItem: false);
            return;
        }

        bool mustEnd;
        lock (_gate)
        {
            mustEnd = room.IsRemoved;
            room.State = mustEnd ? StreamedRoom.Turn.Ended : StreamedRoom.Turn.Awaiting;
        }

        room.Await(next);
        if (mustEnd)
        {
            _ = EndAsync(room);
        }
    }

    /// <summary>Takes the next event, if one is ready. Under the lock.</summary>
    private bool TryTake()
    {
        if (_hasEnded || Canceled.IsCancellationRequested || _ready.Take() is not { } room)
        {
            return false;
        }

        if (room.Final is { } final)
        {
            _rooms.Remove(room.Id);
            room.Leave();
            Take(new(room.Id, final));
        }
        else
        {
            room.State = StreamedRoom.Turn.Delivered;
            _delivered = room;
            Take(new(room.Id, room.Take()));
        }

        return true;
    }

    /// <summary>Ends the stream, unless it has ended already, and waits until no room is watched.</summary>
    private Task EndAsync(Exception? cause)
    {
        List<StreamedRoom> toEnd = [];
        lock (_gate)
        {
            if (_hasEnded)
            {
                return _over.Task;
            }

            _hasEnded = true;
            _cause = cause;
            _ready = default;
            _delivered = null;
            foreach (var room in _rooms.Values)
            {
                if (room.Leave())
                {
                    toEnd.Add(room);
                }
            }

            _rooms.Clear();
            _heartbeat?.Dispose();
            _onStreamCanceled.Unregister();
            _onEnumerationCanceled.Unregister();
            EndIfOver();
        }

        foreach (var room in toEnd)
        {
            _ = EndAsync(room);
        }

        return _over.Task;
    }

    /// <summary>Ends the watch of a room.</summary>
    private async Task EndAsync(StreamedRoom room)
    {
        await room.EndAsync(_runner.Logger).ConfigureAwait(false);
        lock (_gate)
        {
            _watched--;
            EndIfOver();
        }
    }

    /// <summary>Completes the end of the stream once no room is watched. Under the lock.</summary>
    private void EndIfOver()
    {
        if (_hasEnded && _watched == 0 && _over.TrySetResult() && _wait.IsPending)
        {
            _wait.Decide(hasEvent: false, _cause);
            _cause = null;
            _wait.ResumeOnPool();
        }
    }
}
