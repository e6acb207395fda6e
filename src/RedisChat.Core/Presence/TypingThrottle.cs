namespace RedisChat;

/// <summary>Remembers which users were reported as typing a moment ago. Holds no more than those of two intervals. Thread-safe.</summary>
internal sealed class TypingThrottle(TimeSpan interval, TimeProvider time)
{
    private readonly object _gate = new();
    private Dictionary<(string Room, string User), long> _recent = [];
    private Dictionary<(string Room, string User), long> _before = [];
    private long _began = time.GetTimestamp();

    /// <summary>Whether to report that a user is typing: not if that was done within the interval. If so, records it.</summary>
    public bool TryTake(string room, string user)
    {
        var now = time.GetTimestamp();
        lock (_gate)
        {
            if (time.GetElapsedTime(_began, now) is var age && age >= interval)
            {
                (_before, _recent, _began) = (age >= 2 * interval ? [] : _recent, [], now);
            }

            if ((_recent.TryGetValue((room, user), out var last) || _before.TryGetValue((room, user), out last)) && time.GetElapsedTime(last, now) < interval)
            {
                return false;
            }

            _recent[(room, user)] = now;
            return true;
        }
    }

    /// <summary>Forgets a report that failed.</summary>
    public void Undo(string room, string user)
    {
        lock (_gate)
        {
            _recent.Remove((room, user));
            _before.Remove((room, user));
        }
    }
}
