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
    private bool _hasRules;
    private int _refused;

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
        Refuse(kept, null);
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

    /// <summary>Before a heartbeat: has the store check again whether the users may be here, in a room with rules.</summary>
    public void Recheck()
    {
        if (!_hasRules && _refused == 0)
        {
            return;
        }

        foreach (var (user, kept) in _users)
        {
            if (kept.Connections > 0)
            {
                kept.NeedsCheck = true;
                Settle(user, kept);
            }
        }
    }

    /// <summary>Why a user may not be here; <see langword="null"/> if that is not so.</summary>
    public ChatForbiddenException? RefusalOf(string user) => _users.TryGetValue(user, out var kept) ? kept.Denial : null;

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
    public bool Answered(PresenceUpdate update, PresenceAnswer answer)
    {
        if (update.Process != _process)
        {
            _former.Remove(update.Process);
            return true;
        }

        if (!answer.IsAccepted)
        {
            StartOver();
            return false;
        }

        _hasRules = answer.HasRules;
        _changes += update.Entering.Count + update.Leaving.Count > 0 ? 1 : 0;
        foreach (var user in update.Entering)
        {
            Set(user, isStored: !answer.Refused.TryGetValue(user, out var refusal), refusal);
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

    private void Set(string user, bool isStored, ChatForbiddenException? refusal = null)
    {
        var kept = _users[user];
        kept.NeedsCheck = false;
        Refuse(kept, refusal);
        _stored += (isStored ? 1 : 0) - (kept.IsStored ? 1 : 0);
        (kept.IsStored, kept.MayBeStored) = (isStored, false);
        Settle(user, kept);
    }

    private void Settle(string user, KeptUser kept)
    {
        if (kept.Connections > 0 ? (kept.IsStored || kept.Denial is not null) && !kept.NeedsCheck : !kept.IsStored && !kept.MayBeStored)
        {
            _unsettled.Remove(user);
        }
        else
        {
            _unsettled.Add(user);
        }

        if (kept is { Connections: 0, IsStored: false, MayBeStored: false })
        {
            Refuse(kept, null);
            _users.Remove(user);
        }
    }

    private void Refuse(KeptUser kept, ChatForbiddenException? refusal)
    {
        _refused += (refusal is null ? 0 : 1) - (kept.Denial is null ? 0 : 1);
        kept.Denial = refusal;
    }

    private static string NewProcess() => Convert.ToHexString(System.Security.Cryptography.RandomNumberGenerator.GetBytes(8));

    private sealed class KeptUser
    {
        public int Connections { get; set; }

        public bool IsStored { get; set; }

        /// <summary>Why the user may not be in the room, as far as it is known. The handles of the user's connections stay, and the store is asked again.</summary>
        public ChatForbiddenException? Denial { get; set; }

        /// <summary>Whether the user enters once more, so that the store checks the right to.</summary>
        public bool NeedsCheck { get; set; }

        /// <summary>Whether an update that has no answer yet, or will never have one, may have stored the user.</summary>
        public bool MayBeStored { get; set; }
    }
}
