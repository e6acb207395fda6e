namespace RedisChat;

/// <summary>Events that arrived ahead of their predecessors, sorted by number.</summary>
/// <remarks>Not thread-safe.</remarks>
internal sealed class HeldEvents(int capacity, TimeProvider time, TimerCallback rang, object state)
{
    // Handlers overtake each other by microseconds on an idle machine and by milliseconds on a busy one. A probe waits longer than this.
    public static readonly TimeSpan Patience = TimeSpan.FromMilliseconds(100);

    private readonly TimeProvider _time = time;
    private readonly TimerCallback _rang = rang;
    private readonly object _state = state;
    private readonly List<LiveEvents> _held = [];
    private ITimer? _timer;
    private bool _isTimerSet;
    private long _waitingSince;
    private int _count;

    public bool IsEmpty => _held.Count == 0;

    /// <summary>Holds events, unless there would be too many.</summary>
    public bool TryAdd(LiveEvents events)
    {
        if (_count + events.Count > capacity)
        {
            return false;
        }

        if (IsEmpty)
        {
            _waitingSince = _time.GetTimestamp();
            SetTimer(Patience);
        }

        var index = _held.Count;
        while (index > 0 && IsBefore(events, _held[index - 1]))
        {
            index--;
        }

        _held.Insert(index, events);
        _count += events.Count;
        return true;
    }

    /// <summary>Takes the first of them, if no event is missing between it and a position.</summary>
    public bool TryTake(RoomPosition seen, out LiveEvents events)
    {
        events = default;
        if (IsEmpty || _held[0].IsAheadOf(seen))
        {
            return false;
        }

        events = _held[0];
        _held.RemoveAt(0);
        _count -= events.Count;

        // Whatever is missing before the next one is a different event.
        _waitingSince = _time.GetTimestamp();
        return true;
    }

    /// <summary>Takes all of them.</summary>
    public LiveEvents[] TakeAll()
    {
        LiveEvents[] events = [.. _held];
        _held.Clear();
        _count = 0;
        return events;
    }

    /// <summary>Called when the timer fires: returns whether the first of them has waited too long, and restarts the timer if not.</summary>
    public bool IsStuck()
    {
        _isTimerSet = false;
        if (IsEmpty)
        {
            return false;
        }

        var rest = Patience - _time.GetElapsedTime(_waitingSince);
        if (rest > TimeSpan.Zero)
        {
            SetTimer(rest);
            return false;
        }

        return true;
    }

    /// <summary>Drops them, and stops the timer.</summary>
    public void Clear()
    {
        TakeAll();
        _timer?.Dispose();
        _timer = null;
        _isTimerSet = false;
    }

    // Set once, not per event: at full speed some event is always held for a moment.
    private void SetTimer(TimeSpan due)
    {
        if (!_isTimerSet)
        {
            _isTimerSet = true;
            if (_timer is null)
            {
                Background.Begin(
                    this, static held => held._timer = held._time.CreateTimer(held._rang, held._state, Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan));
            }

            _timer!.Change(due, Timeout.InfiniteTimeSpan);
        }
    }

    private static bool IsBefore(LiveEvents one, LiveEvents other) =>
        (one.Position.MessageId, one.Position.Revision).CompareTo((other.Position.MessageId, other.Position.Revision)) < 0;
}
