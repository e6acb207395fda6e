namespace RedisChat;

/// <summary>What this process has heard of a room: takes events as they come, and gives them to the room's watchers in the order of their numbers.</summary>
/// <remarks>
/// <para>
/// Handlers of a channel run side by side on the thread pool, and overtake each other. The numbers tell: an event that does not continue what was heard
/// is held until the one between has come. If it does not come soon, it was lost: the watchers find the hole and read from the store.
/// </para>
/// <para>The order is for the watchers' ease only. Each compares every event with its own position, and would notice.</para>
/// </remarks>
internal sealed class HeardRoom(int bufferSize, TimeProvider time)
{
    private readonly object _gate = new();
    private RoomPosition? _heard;
    private HeldEvents? _held;

    // Where waiting for the missing was given up last: it may come yet, and is then no lost history.
    private Skipped? _skipped;

    public RoomFeed Feed { get; } = new(bufferSize);

    /// <summary>The last position that was heard live, or that a watcher read when it began; nothing before that.</summary>
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

    /// <summary>A watcher has read the room after the channel was subscribed to: what is heard must go on from there.</summary>
    public void Joined(RoomPosition position)
    {
        lock (_gate)
        {
            _heard ??= position;
        }
    }

    /// <summary>A probe has found that what happened between these positions was not heard, and is not waiting for it.</summary>
    public void Missed(RoomPosition heard, RoomPosition position)
    {
        lock (_gate)
        {
            // Something may have been heard since the probe looked.
            _heard = _heard == heard ? position : _heard;
            PublishHeld();
        }
    }

    /// <summary>Takes what came together.</summary>
    public void Hear(LiveEvents events)
    {
        lock (_gate)
        {
            if (_heard is { } heard && events.IsAheadOf(heard))
            {
                _held ??= new HeldEvents(bufferSize, time, static room => ((HeardRoom)room!).GiveUpIfStuck(), this);
                if (_held.TryAdd(events))
                {
                    return;
                }

                GiveUp();
            }

            Publish(events);
            PublishHeld();
        }
    }

    /// <summary>Forgets what is held: nobody watches any more.</summary>
    public void Close()
    {
        lock (_gate)
        {
            _held?.Clear();
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
