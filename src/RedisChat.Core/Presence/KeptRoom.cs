namespace RedisChat;

/// <summary>
/// What this process wants the store to know about its users in one room, and what of it the store has confirmed. Everything that differs is sent with the next
/// update. Not thread-safe: its owner holds a lock.
/// </summary>
internal sealed class KeptRoom(string name, int slot)
{
    // The largest number of users in one update: a script call must stay short.
    private const int BatchSize = 256;

    private static readonly List<string> None = [];

    private readonly Dictionary<string, KeptUser> _users = new(StringComparer.Ordinal);
    private readonly HashSet<string> _unsettled = new(StringComparer.Ordinal);

    // The names under which this process was in the room before, if the store may still have users of it.
    private readonly List<string> _former = [];
    private string _process = NewProcess();
    private long _changes;
    private int _stored;

    public string Name { get; } = name;

    /// <summary>When it gets its heartbeats.</summary>
    public int Slot { get; } = slot;

    /// <summary>Whether the store knows of no user, and need not.</summary>
    public bool IsEmpty => _users.Count == 0 && _former.Count == 0;

    /// <summary>Whether there is nothing to send but heartbeats.</summary>
    public bool IsSettled => _unsettled.Count == 0 && _former.Count == 0;

    /// <summary>Adds a connection of a user.</summary>
    public void Enter(string user)
    {
        if (!_users.TryGetValue(user, out var kept))
        {
            _users.Add(user, kept = new KeptUser());
        }

        kept.Connections++;
        Settle(user, kept);
    }

    /// <summary>Removes a connection of a user.</summary>
    public void Leave(string user)
    {
        // The room may be a new one, after the store was disposed.
        if (_users.TryGetValue(user, out var kept))
        {
            kept.Connections--;
            Settle(user, kept);
        }
    }

    /// <summary>Whether the store knows what it should about a user.</summary>
    public bool Knows(string user) => !_unsettled.Contains(user);

    /// <summary>The next update: of users, of a former process, or a heartbeat.</summary>
    public PresenceUpdate NextUpdate(PresenceOptions options)
    {
        if (_unsettled.Count == 0 && _former.Count > 0)
        {
            return new PresenceUpdate { Process = _former[0], Expiry = TimeSpan.Zero };
        }

        var (entering, leaving) = _unsettled.Count == 0 ? (None, None) : (new List<string>(), new List<string>());
        foreach (var user in _unsettled.Take(BatchSize))
        {
            var kept = _users[user];
            (kept.Connections > 0 ? entering : leaving).Add(user);
            kept.MayBeStored = true;
        }

        return new PresenceUpdate
        {
            Process = _process,
            Changes = _changes,
            Entering = entering,
            Leaving = leaving,
            Expiry = options.Expiry,
            CoalesceAbove = options.CoalesceAbove,
            CoalesceInterval = options.CoalesceInterval,
        };
    }

    /// <summary>Records the answer to an update. If there is none, the number of changes reveals later what became of it.</summary>
    /// <returns>Whether the store still knew the process. If not, its users enter again under a new name.</returns>
    public bool Answered(PresenceUpdate update, bool isAccepted)
    {
        if (update.Process != _process)
        {
            _former.Remove(update.Process);
            return true;
        }

        if (!isAccepted)
        {
            StartOver();
            return false;
        }

        _changes += update.Entering.Count + update.Leaving.Count > 0 ? 1 : 0;
        foreach (var user in update.Entering)
        {
            Set(user, isStored: true);
        }

        foreach (var user in update.Leaving)
        {
            Set(user, isStored: false);
        }

        if (_stored == 0)
        {
            // The store has forgotten the process.
            (_process, _changes) = (NewProcess(), 0);
        }

        return true;
    }

    private void StartOver()
    {
        // New users first, and then the former process goes: nobody is reported to leave in between.
        _former.Add(_process);
        (_process, _changes, _stored) = (NewProcess(), 0, 0);
        foreach (var (user, kept) in _users)
        {
            (kept.IsStored, kept.MayBeStored) = (false, false);
            Settle(user, kept);
        }
    }

    private void Set(string user, bool isStored)
    {
        var kept = _users[user];
        _stored += (isStored ? 1 : 0) - (kept.IsStored ? 1 : 0);
        (kept.IsStored, kept.MayBeStored) = (isStored, false);
        Settle(user, kept);
    }

    private void Settle(string user, KeptUser kept)
    {
        if (kept.Connections > 0 ? kept.IsStored : !kept.IsStored && !kept.MayBeStored)
        {
            _unsettled.Remove(user);
        }
        else
        {
            _unsettled.Add(user);
        }

        if (kept is { Connections: 0, IsStored: false, MayBeStored: false })
        {
            _users.Remove(user);
        }
    }

    private static string NewProcess() => Convert.ToHexString(System.Security.Cryptography.RandomNumberGenerator.GetBytes(8));

    private sealed class KeptUser
    {
        public int Connections { get; set; }

        public bool IsStored { get; set; }

        /// <summary>Whether an update that has no answer yet, or will never have one, may have stored the user.</summary>
        public bool MayBeStored { get; set; }
    }
}
