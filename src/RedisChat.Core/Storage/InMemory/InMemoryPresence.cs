namespace RedisChat;

/// <summary>Who is in one room, under a lock. A timer removes the users of processes that do not call any more.</summary>
internal sealed class InMemoryPresence
{
    private readonly object _gate = new();
    private readonly Dictionary<string, Process> _processes = new(StringComparer.Ordinal);

    // Each user with the number of processes that they are in.
    private readonly SortedDictionary<string, int> _users = new(StringComparer.Ordinal);
    private readonly InMemoryRoom _room;
    private readonly TimeProvider _time;
    private readonly ITimer _timer;
    private int _coalesceAbove;
    private TimeSpan _coalesceInterval;
    private DateTimeOffset _counted;
    private bool _isCountDue;

    public InMemoryPresence(InMemoryRoom room, TimeProvider time)
    {
        (_room, _time) = (room, time);
        ITimer? timer = null;
        Background.Begin(this, self => timer = time.CreateTimer(_ => self.Tend(), null, Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan));
        _timer = timer!;
    }

    /// <summary>Records an update: see <see cref="IPresenceStore.UpdatePresenceAsync"/>.</summary>
    public PresenceAnswer Update(PresenceUpdate update)
    {
        lock (_gate)
        {
            Tend();
            var before = _users.Count;
            var process = _processes.GetValueOrDefault(update.Process);
            if (update.Expiry <= TimeSpan.Zero)
            {
                Report(before, entered: [], left: Remove(update.Process));
                return PresenceAnswer.Accepted;
            }

            if ((process?.Changes ?? 0) != update.Changes)
            {
                return PresenceAnswer.Unknown;
            }

            var answer = _room.Ruling.Members.CheckPresent(update.Entering);
            (_coalesceAbove, _coalesceInterval) = (update.CoalesceAbove, update.CoalesceInterval);
            process ??= new Process();
            process.Until = _time.GetUtcNow() + update.Expiry;
            var entered = update.Entering.Where(user => !answer.Refused.ContainsKey(user)).Where(user => process.Users.Add(user) && Count(user, +1) == 1).ToList();
            var left = update.Leaving.Concat(answer.Refused.Keys).Where(user => process.Users.Remove(user) && Count(user, -1) == 0).ToList();
            process.Changes += update.Entering.Count + update.Leaving.Count > 0 ? 1 : 0;
            if (process.Users.Count > 0)
            {
                _processes[update.Process] = process;
            }
            else
            {
                _processes.Remove(update.Process);
            }

            Report(before, entered, left);
            return answer;
        }
    }

    /// <summary>Lists users: see <see cref="IPresenceStore.ReadPresentUsersAsync"/>.</summary>
    public PresentUsers Read(string? cursor, int limit)
    {
        lock (_gate)
        {
            Tend();
            var users = _users.Keys.Where(user => cursor is null || string.CompareOrdinal(user, cursor) > 0).Take(limit + 1).ToList();
            return new PresentUsers
            {
                Users = [.. users.Take(limit)],
                Count = _users.Count,
                Cursor = users.Count > limit ? users[limit - 1] : null,
            };
        }
    }

    /// <summary>Whether a user is here.</summary>
    public bool Has(string user)
    {
        lock (_gate)
        {
            return _users.ContainsKey(user);
        }
    }

    /// <summary>Removes a user from all processes.</summary>
    public void Forget(string user)
    {
        lock (_gate)
        {
            foreach (var process in _processes.Values)
            {
                process.Users.Remove(user);
            }

            _users.Remove(user);
        }
    }

    /// <summary>Removes the users of dead processes, reports the number of users if that is due, and sets the timer for the next time.</summary>
    private void Tend()
    {
        lock (_gate)
        {
            var now = _time.GetUtcNow();
            var before = _users.Count;
            var dead = _processes.Where(process => process.Value.Until <= now).Select(process => process.Key).ToList();
            Report(before, entered: [], left: [.. dead.SelectMany(Remove)]);
        }
    }

    private List<string> Remove(string process) =>
        _processes.Remove(process, out var removed) ? [.. removed.Users.Where(user => Count(user, -1) == 0)] : [];

    /// <summary>Changes in how many processes a user is.</summary>
    private int Count(string user, int by)
    {
        var count = _users.GetValueOrDefault(user) + by;
        if (count == 0)
        {
            _users.Remove(user);
        }
        else
        {
            _users[user] = count;
        }

        return count;
    }

    private void Report(int before, List<string> entered, List<string> left)
    {
        var now = _time.GetUtcNow();
        if (entered.Count + left.Count > 0 && (_isCountDue || Math.Max(before, _users.Count) > _coalesceAbove))
        {
            _isCountDue = true;
        }
        else
        {
            foreach (var user in left)
            {
                _room.Publish(position => new RoomEvent.Left(user, _users.Count, position));
            }

            foreach (var user in entered)
            {
                _room.Publish(position => new RoomEvent.Entered(user, _users.Count, position));
            }
        }

        if (_isCountDue && (_users.Count == 0 || now - _counted >= _coalesceInterval))
        {
            (_isCountDue, _counted) = (false, now);
            _room.Publish(position => new RoomEvent.PresenceChanged(_users.Count, position));
        }

        var due = _processes.Count == 0 ? DateTimeOffset.MaxValue : _processes.Values.Min(process => process.Until);
        due = _isCountDue && _counted + _coalesceInterval < due ? _counted + _coalesceInterval : due;
        _timer.Change(due == DateTimeOffset.MaxValue ? Timeout.InfiniteTimeSpan : due > now ? due - now : TimeSpan.Zero, Timeout.InfiniteTimeSpan);
    }

    private sealed class Process
    {
        public DateTimeOffset Until { get; set; }

        public long Changes { get; set; }

        public HashSet<string> Users { get; } = new(StringComparer.Ordinal);
    }
}
