namespace RedisChat;

/// <summary>What this process has heard of a room: receives events as they arrive, and passes them on to the watchers in the order of their numbers.</summary>
/// <remarks>
/// <para>
/// Channel handlers run in parallel on the thread pool and overtake each other. The numbers reveal that: an event that does not continue the previous one is
/// held until the missing event arrives. If that takes too long, the event was lost: the watchers find the hole and read from the store.
/// </para>
/// <para>The order only spares the watchers work. Each compares every event with its own position, and would notice a wrong order.</para>
/// </remarks>
internal sealed class HeardRoom(int bufferSize, TimeProvider time)
{
    private readonly object _gate = new();
    private RoomPosition? _heard;
    private HeldEvents? _held;
    private ForeignEpochs? _foreign;
    private bool _isClosed;

    // The range where waiting for missing events was last given up. They may still arrive, and then do not mean lost history.
    private Skipped? _skipped;

    public RoomFeed Feed { get; } = new(bufferSize);

    /// <summary>The last position that was heard live or read from the store; <see langword="null"/> before that.</summary>
    public RoomPosition? Position
    {
        get
        {
            lock (_gate)
            {
                return _heard;
            }
        }
    }

    /// <summary>The last position, unless an event is missing before one that was already heard.</summary>
    public bool TryGetWhole(out RoomPosition heard)
    {
        lock (_gate)
        {
            heard = _heard ?? default;
            return _heard is not null && _held is null or { IsEmpty: true };
        }
    }

    /// <summary>Records a position that a watcher read from the store after subscribing to the channel: events must continue from there.</summary>
    /// <remarks>
    /// Only the store can vouch for an epoch. So this is how a room that was created, or created again, gets the epoch whose events are delivered.
    /// </remarks>
    public void Confirmed(RoomPosition position)
    {
        lock (_gate)
        {
            if (_heard is null || _heard.Value.Epoch != position.Epoch)
            {
                Adopt(position);
            }
        }
    }

    /// <summary>Records that, as a probe found, the events between these positions were not heard, and stops waiting for them.</summary>
    public void Missed(RoomPosition heard, RoomPosition position)
    {
        lock (_gate)
        {
            // Events may have arrived since the probe read the room.
            if (_heard == heard)
            {
                Adopt(position);
            }

            PublishHeld();
        }
    }

    /// <summary>Receives the events of one payload.</summary>
    public void Hear(LiveEvents events)
    {
        lock (_gate)
        {
            if (_isClosed)
            {
                return;
            }

            if (_heard is { } heard)
            {
                if (events.Position.Epoch != heard.Epoch)
                {
                    HearForeign(events.Position);
                    return;
                }

                if (events.IsAheadOf(heard))
                {
                    _held ??= new HeldEvents(bufferSize, time, static room => ((HeardRoom)room!).GiveUpIfStuck(), this);
                    if (_held.TryAdd(events))
                    {
                        return;
                    }

                    GiveUp();
                }
            }

            Publish(events);
            PublishHeld();
        }
    }

    /// <summary>Receives passing events. They have no place among the others, so nothing is compared or held.</summary>
    public void HearPassing(LiveEvents events)
    {
        lock (_gate)
        {
            if (!_isClosed)
            {
                Feed.Publish(events.First);
            }
        }
    }

    /// <summary>Drops the held events and ignores all later ones, because the last watcher has left.</summary>
    public void Close()
    {
        lock (_gate)
        {
            _isClosed = true;
            _held?.Clear();
        }
    }

    private void HearForeign(RoomPosition position)
    {
        _foreign ??= new ForeignEpochs(time);
        if (_foreign.IsWorthARead(position))
        {
            Feed.CatchUp(CatchUpCause.Hole);
        }
    }

    private void Adopt(RoomPosition position)
    {
        if (_heard is { } heard && heard.Epoch != position.Epoch)
        {
            // The held events belong to a room that no longer exists.
            _held?.TakeAll();
            if (Feed.HasSeveralReaders)
            {
                // Watchers disagree about the room. One may have read it too early: a script's event can arrive before its writes are visible (Garnet).
                Feed.CatchUp(CatchUpCause.Hole);
            }
        }

        _heard = position;
        if (_foreign is not null && _foreign.TryRemove(position.Epoch, out var last) && !position.IsAtOrAfter(last))
        {
            // These events arrived after the store was read, and were withheld because the epoch was still foreign.
            _heard = last;
            Feed.CatchUp(CatchUpCause.Hole);
        }
    }

    private void GiveUpIfStuck()
    {
        lock (_gate)
        {
            if (_held!.IsStuck())
            {
                GiveUp();
            }
        }
    }

    private void GiveUp()
    {
        var before = _heard!.Value;
        foreach (var events in _held!.TakeAll())
        {
            Publish(events);
        }

        _skipped = new Skipped(before, _heard.Value);
    }

    private void PublishHeld()
    {
        while (_held is not null && _heard is { } heard && _held.TryTake(heard, out var events))
        {
            Publish(events);
        }
    }

    private void Publish(LiveEvents events)
    {
        var position = events.Position;
        if (_heard is { } heard && !position.IsAtOrAfter(heard))
        {
            // The numbers went backward: the room lost part of its history. Once this is the last position heard, the probe cannot notice that any more.
            Feed.CatchUp(CatchUpCause.Hole);
            _heard = IsLate(position) ? heard : position;
        }
        else
        {
            _heard = position;
        }

        Feed.Publish(events.First);
    }

    private bool IsLate(RoomPosition position) =>
        _skipped is { } skipped && skipped.To.IsAtOrAfter(position) && position.IsAtOrAfter(skipped.From);

    private sealed record Skipped(RoomPosition From, RoomPosition To);
}
