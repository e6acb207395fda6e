namespace RedisChat;

/// <content>What the consumer sees: one sequence, which waits, is canceled and has heartbeats as a whole.</content>
internal sealed partial class MergedRooms : IAsyncEnumerator<WatchedRoomEvent>
{
    private CancellationToken _ofEnumeration;
    private CancellationTokenRegistration _onStreamCanceled;
    private CancellationTokenRegistration _onEnumerationCanceled;
    private WatchedRoomEvent _current;
    private bool _isEnumerated;
    private bool _isCounted;

    public WatchedRoomEvent Current
    {
        get
        {
            if (!_isCounted)
            {
                _isCounted = true;
                ChatTelemetry.DeliveredEvent();
            }

            return _current;
        }
    }

    private CancellationToken Canceled => _ofStream.IsCancellationRequested ? _ofStream : _ofEnumeration;

    public IAsyncEnumerator<WatchedRoomEvent> Enumerate(CancellationToken cancellationToken)
    {
        lock (_gate)
        {
            if (_isEnumerated)
            {
                throw new InvalidOperationException("A stream of rooms can be enumerated once.");
            }

            _isEnumerated = true;
            _ofEnumeration = cancellationToken;
            if (!_hasEnded)
            {
                // A token that is canceled already calls back at once. That is harmless under the lock: no room is watched yet.
                _onStreamCanceled = _ofStream.UnsafeRegister(static self => ((MergedRooms)self!).EndIfCanceled(), this);
                _onEnumerationCanceled = cancellationToken.UnsafeRegister(static self => ((MergedRooms)self!).EndIfCanceled(), this);
            }
        }

        return this;
    }

    public ValueTask<bool> MoveNextAsync()
    {
        EndIfCanceled();
        StreamedRoom[] started = [];
        StreamedRoom? delivered;
        lock (_gate)
        {
            if (_wait.IsPending)
            {
                throw new InvalidOperationException("The previous event is still awaited.");
            }

            delivered = _delivered;
            _delivered = null;
            delivered?.Ask();
            if (!_isStarted)
            {
                _isStarted = true;
                started = [.. _rooms.Values];
                foreach (var room in started)
                {
                    Start(room);
                }
            }
        }

        // Before the next event is taken: if this room has another one ready, it queues up behind the others now.
        if (delivered is not null)
        {
            Ask(delivered);
        }

        foreach (var room in started)
        {
            Ask(room);
        }

        lock (_gate)
        {
            if (TryTake())
            {
                return new(true);
            }

            // Do not keep the delivered event alive while waiting: the wait may be long.
            _current = default;
            if (_over.Task.IsCompleted)
            {
                var cause = _cause;
                _cause = null;
                return cause is null ? new(false) : ValueTask.FromException<bool>(cause);
            }

            if (!_hasEnded)
            {
                _heartbeat?.Restart();
            }

            return _wait.Begin();
        }
    }

    public ValueTask DisposeAsync() => new(EndAsync(cause: null));

    private void Take(WatchedRoomEvent happened)
    {
        _current = happened;
        _isCounted = false;
    }

    /// <summary>Called when the timer of the heartbeats has rung.</summary>
    private void OnQuiet()
    {
        lock (_gate)
        {
            if (_hasEnded || Canceled.IsCancellationRequested || !_heartbeat!.IsDue(_wait.IsPending))
            {
                return;
            }

            Take(new("", new RoomEvent.Heartbeat(RoomPosition.Start)));
            _wait.Decide(hasEvent: true);
        }

        _wait.ResumeOnPool();
    }

    private void EndIfCanceled()
    {
        if (Canceled is { IsCancellationRequested: true } token)
        {
            _ = EndAsync(new OperationCanceledException(token));
        }
    }
}
