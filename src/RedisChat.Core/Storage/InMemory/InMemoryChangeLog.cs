namespace RedisChat;

/// <summary>What changed in one room, by ascending revision, as far as it is kept. Used under the room's lock.</summary>
internal sealed class InMemoryChangeLog(TimeProvider time)
{
    /// <summary>The same number of changes that <see cref="RedisStoreOptions.ChangeLogLength"/> keeps by default.</summary>
    private const int Length = 10_000;

    private static readonly Comparer<Entry> ByRevision = Comparer<Entry>.Create((one, other) => one.Revision.CompareTo(other.Revision));

    // First 0, which stands for the room before it changed.
    private readonly List<Entry> _entries = [new(0, 0)];

    /// <summary>The revision of the last change; 0 if there was none.</summary>
    public long Revision { get; private set; }

    /// <summary>The revision that a change gets now.</summary>
    public long NextRevision() => Math.Max(Micros.FromTime(time.GetUtcNow()), Revision + 1);

    /// <summary>Adds a change, which is the last one now.</summary>
    public void Add(Entry entry)
    {
        Revision = entry.Revision;
        _entries.Add(entry);
        if (_entries.Count > Length)
        {
            _entries.RemoveAt(0);
        }
    }

    /// <summary>Whether the change with a revision is still kept.</summary>
    public bool Has(long revision) => _entries.BinarySearch(new Entry(revision, 0), ByRevision) >= 0;

    /// <summary>The changes after a revision.</summary>
    public IEnumerable<Entry> Since(long revision) => _entries.Where(entry => entry.Revision > revision);

    /// <summary>The deletions of messages.</summary>
    public IEnumerable<Entry> Deletions => _entries.Where(entry => entry.Deletion is not null);

    /// <summary>The changes that name a user.</summary>
    public IEnumerable<Entry> Naming(string user) => _entries.Where(entry => entry.Names(user));

    /// <summary>Puts an alias in the place of a user.</summary>
    public void Forget(string user, string alias)
    {
        for (var i = 0; i < _entries.Count; i++)
        {
            var entry = _entries[i];
            if (entry.Names(user))
            {
                _entries[i] = entry.Deletion is { } deletion
                    ? entry with { Deletion = MessageDecision.Delete(deletion.User == user ? null : deletion.User, deletion.Reason) }
                    : entry with { Subject = new InMemorySubject(0, entry.Subject.Name![..1] + alias) };
            }
        }
    }

    /// <summary>What changed: a message, or the subject of a feature; with the decision if messages were deleted, and their ids if it was a run.</summary>
    public readonly record struct Entry(long Revision, InMemorySubject Subject, IInMemoryFeature? Feature = null, MessageDecision? Deletion = null, IReadOnlyList<long>? Run = null, long Below = 0)
    {
        // The subjects of members and of revocations begin with a mark: see InMemoryMembers and InMemoryUserRooms.
        public bool Names(string user) =>
            Deletion?.User == user || (Feature is InMemoryMembers or InMemoryUserRooms && Subject.Name is ['m' or '\u0001', ..] name && name[1..] == user);

        /// <summary>The event of a deletion of one message.</summary>
        public RoomEvent.Deleted ToDeleted(RoomPosition position) => new(Subject.MessageId, position)
        {
            User = Deletion?.User,
            Reason = Deletion?.Reason,
            DeletedAt = Micros.ToTime(Revision),
        };

        /// <summary>The event of a deletion of a run of messages.</summary>
        public RoomEvent.DeletedMany ToDeletedMany(RoomPosition position) => new(Run!, position)
        {
            User = Deletion?.User,
            Reason = Deletion?.Reason,
            DeletedAt = Micros.ToTime(Revision),
        };
    }
}
