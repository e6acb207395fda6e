namespace RedisChat;

/// <summary>What this process has heard of a room: takes events as they come, and hands them to the room's watchers in the order of their numbers.</summary>
/// <remarks>
/// <para>
/// Handlers of a channel run side by side on the thread pool, and overtake each other. The numbers show it: an event that does not continue what was heard
/// is held until the missing one has come. If that does not come soon, it was lost: the watchers find the hole and read from the store.
/// </para>
/// <para>The order is for the watchers' ease only. Each compares every event with its own position, and would notice.</para>
/// </remarks>
internal sealed class HeardRoom(int bufferSize, TimeProvider time)
{
    private readonly object _gate = new();
    private RoomPosition? _heard;
    private HeldEvents? _held;
    private ForeignEpochs? _foreign;
    private bool _isClosed;

    // Where waiting for the missing was last given up: it may still come, and is then no lost history.
    private Skipped? _skipped;

    public RoomFeed Feed { get; } = new(bufferSize);

    /// <summary>The last position that was heard live, or that was read from the store; nothing before that.</summary>
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

    /// <summary>The last position, if nothing is missing before something that was heard already.</summary>
    public bool TryGetWhole(out RoomPosition heard)
    {
        lock (_gate)
        {
            heard = _heard ?? default;
            return _heard is not null && _held is null or { IsEmpty: true };
        }
    }

    /// <summary>A watcher has read this position from the store, after the channel was subscribed to: events must continue from there.</summary>
    /// <remarks>
    /// Only the store can vouch for an epoch. So this is how the epoch of a room that was created, or created again, becomes the one whose events are delivered.
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

    /// <summary>A probe has found that what happened between these positions was not heard, and is not waiting for it.</summary>
    public void Missed(RoomPosition heard, RoomPosition position)
    {
        lock (_gate)
        {
            // Something may have been heard since the probe read the room.
            if (_heard == heard)
            {
                Adopt(position);
            }

            PublishHeld();
        }
    }

    /// <summary>Takes events that came together.</summary>
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

    /// <summary>Forgets what is held, and hears nothing more: nobody watches any more.</summary>
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
            // What is held belongs to a room that is gone.
            _held?.TakeAll();
        }

        _heard = position;
        if (_foreign is not null && _foreign.TryRemove(position.Epoch, out var last) && !position.IsAtOrAfter(last))
        {
            // Its events came after the store was read, and were not delivered: the epoch was still foreign.
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
            // Numbers that go back: the room lost a part of its history. The probe would not see it any more once this is what was heard last.
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
