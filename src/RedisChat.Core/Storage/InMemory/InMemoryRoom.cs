using System.Diagnostics.CodeAnalysis;

namespace RedisChat;

/// <summary>One room of the <see cref="InMemoryMessageStore"/>: a list of messages under a lock, and what features keep of it.</summary>
internal sealed partial class InMemoryRoom : ILiveRoom
{
    private readonly TimeProvider _time;
    private readonly TimeSpan _idempotencyWindow;
    private readonly InMemoryAttachments _attachments;
    private ulong _epoch;
    private InMemorySends _sent;
    private InMemoryChangeLog _log;
    private IInMemoryFeature[] _features;

    // The message with id n is at index n - 1; null once it is deleted.
    private readonly List<Message?> _messages = [];

    private long _lastStamp;

    /// <param name="time">The clock.</param>
    /// <param name="idempotencyWindow">How long idempotency keys are remembered.</param>
    /// <param name="watcherBufferSize">How many events a watcher may fall behind.</param>
    /// <param name="attachments">Keeps what messages no longer refer to.</param>
    /// <param name="above">The room that this one belongs to, if it is a thread. They share a lock, so a step changes both.</param>
    /// <param name="message">The message that the thread belongs to.</param>
    public InMemoryRoom(TimeProvider time, TimeSpan idempotencyWindow, int watcherBufferSize, InMemoryAttachments attachments, InMemoryRoom? above = null, long message = 0)
    {
        (_above, _message) = (above, message);
        _attachments = attachments;
        Gate = above?.Gate ?? new object();
        _time = time;
        _idempotencyWindow = idempotencyWindow;
        Feed = new RoomFeed(watcherBufferSize);
        Begin();
        above?.AddThread(this);
    }

    /// <summary>Is notified of when the room will need upkeep.</summary>
    public Action<DateTimeOffset>? NeedsUpkeep { get; init; }

    /// <summary>Held while the room is read or changed.</summary>
    public object Gate { get; }

    public RoomFeed Feed { get; }

    // A deletion replaces the features, so they are fetched under the lock.

    public InMemoryReactions Reactions { get; private set; }

    public InMemoryMembers Members { get; private set; }

    public InMemoryAbout About { get; private set; }

    /// <summary>The list of rooms, if this is the scope of a user.</summary>
    public InMemoryUserRooms UserRooms { get; private set; }

    /// <summary>The drafts, if this is the scope of a user.</summary>
    public InMemoryDrafts Drafts { get; private set; }

    public InMemoryReadMarkers ReadMarkers { get; private set; }

    public InMemoryPins Pins { get; private set; }

    public InMemoryVersions Versions { get; private set; }

    public InMemorySchedule Schedule { get; private set; }

    public InMemoryWriting Writing { get; private set; }

    public InMemoryPreviews Previews { get; private set; }

    /// <summary>The last message id that was assigned. For callers that hold the lock.</summary>
    public long Last => _messages.Count;

    public RoomPosition Position => new(_messages.Count + _log.Revision == 0 ? 0 : _epoch, _messages.Count, _lastStamp, _log.Revision);

    // There is nothing to subscribe to.
    void ILiveRoom.Confirmed(RoomPosition position)
    {
    }

    ValueTask ILiveRoom.LeaveAsync() => default;

    /// <summary>Makes it a room that does not exist yet: at first, and after a deletion.</summary>
    [MemberNotNull(
        nameof(_sent), nameof(_log), nameof(Reactions), nameof(Members), nameof(About), nameof(ReadMarkers), nameof(UserRooms), nameof(Drafts), nameof(Pins), nameof(Versions), nameof(Schedule),
        nameof(Threads), nameof(Writing), nameof(Previews), nameof(_features))]
    private void Begin()
    {
        _epoch = RoomPosition.NewEpoch();
        _sent = new InMemorySends(_idempotencyWindow);
        _log = new InMemoryChangeLog(_time);
        _messages.Clear();
        (_lastStamp, _first) = (0, 1);
        Reactions = new InMemoryReactions(this);
        Members = new InMemoryMembers(this, _time);
        About = new InMemoryAbout(this, _time);
        ReadMarkers = new InMemoryReadMarkers(this, _time);
        UserRooms = new InMemoryUserRooms(this, _time);
        Drafts = new InMemoryDrafts(this, _time);
        Pins = new InMemoryPins(this);
        Versions = new InMemoryVersions();
        Schedule = new InMemorySchedule();
        Threads = new InMemoryThreads(this);
        Writing = new InMemoryWriting(this, _time);
        Previews = new InMemoryPreviews(this);
        _features = [Reactions, Members, About, UserRooms, Drafts, Pins, Versions, Threads, Writing, Previews];
    }

    /// <summary>Replaces a message by its present state. For callers that hold the lock.</summary>
    public void Replace(Message message) => _messages[(int)message.Id - 1] = message;

    public Message? Get(long id)
    {
        lock (Gate)
        {
            return At(id);
        }
    }

    /// <summary>A message, if it is there and has not expired. For callers that hold the lock.</summary>
    public Message? At(long id) => Stored(id) is { } message && !IsExpired(message) ? message : null;

    /// <summary>The messages that have expired, and when the next one does: see <see cref="IExpiryStore.ReadExpiredAsync"/>.</summary>
    public ExpiredMessages ReadExpired(int atMost)
    {
        lock (Gate)
        {
            var expiring = _messages.OfType<Message>().Where(message => message.ExpiresAt is not null).OrderBy(message => message.ExpiresAt).ToList();
            return new ExpiredMessages
            {
                Ids = [.. expiring.Where(IsExpired).Take(atMost).Select(message => message.Id)],
                Next = expiring.Find(message => !IsExpired(message))?.ExpiresAt - _time.GetUtcNow(),
                Default = About.About?.MessagesExpireAfter,
            };
        }
    }

    private bool IsExpired(Message message) => message.ExpiresAt is { } at && at <= _time.GetUtcNow();

    private Message? Stored(long id) => id >= 1 && id <= _messages.Count ? _messages[(int)id - 1] : null;

    /// <summary>The messages, newest first. For callers that hold the lock.</summary>
    public IEnumerable<Message> Newest() => Messages(_messages.Count, -1, user: null);

    public MessagePage Read(MessageQuery query)
    {
        lock (Gate)
        {
            var plan = PagePlan.For(query, _messages.Count);
            var older = Messages(plan.Pivot, -1, query.User).Take(plan.Older + 1).ToArray();
            var newer = Messages(plan.Pivot + 1, +1, query.User).Take(plan.Newer + 1).ToArray();
            var page = _features.Aggregate(plan.ToPage(older, newer, Position, []), (page, feature) => feature.AddTo(page, query.Reader));
            page = query.IncludeDeleted ? AddTombstones(page, plan) : page;
            return !query.OmitParents && PageParents.MissingFrom(page.Messages) is { } others ? PageParents.AddTo(page, others.Select(At).OfType<Message>(), []) : page;
        }
    }

    /// <summary>Logs and publishes a feature's change. For callers that hold the lock.</summary>
    /// <param name="feature">The feature.</param>
    /// <param name="subject">What changed.</param>
    /// <param name="happened">Makes the event, at the room's position after the change.</param>
    public void Changed(IInMemoryFeature feature, InMemorySubject subject, Func<RoomPosition, RoomEvent> happened) =>
        Changed(new InMemoryChangeLog.Entry(_log.NextRevision(), subject, feature), happened);

    /// <summary>Publishes a passing event, which is not part of the history.</summary>
    /// <param name="happened">Makes the event, at the room's position.</param>
    public void Publish(Func<RoomPosition, RoomEvent> happened)
    {
        lock (Gate)
        {
            Feed.Publish(new LiveEvent(happened(Position), 0));
        }
    }

    private IEnumerable<Message> Messages(long from, int step, string? user, bool evenExpired = false)
    {
        for (var id = from; id >= 1 && id <= _messages.Count; id += step)
        {
            if ((evenExpired ? Stored(id) : At(id)) is { } message && (user is null || message.User == user))
            {
                yield return message;
            }
        }
    }

    private MessagePage AddTombstones(MessagePage page, PagePlan plan)
    {
        var holes = PageTombstones.HolesIn(page, plan);
        return PageTombstones.AddTo(page, holes, _log.Deletions.SelectMany(
            entry => PageTombstones.Of(entry.Run ?? [entry.Subject.MessageId], holes, entry.Run is null ? entry.ToDeleted(Position) : entry.ToDeletedMany(Position))));
    }

    private void Changed(InMemoryChangeLog.Entry entry, Func<RoomPosition, RoomEvent> happened)
    {
        var before = _log.Revision;
        _log.Add(entry);
        Feed.Publish(new LiveEvent(happened(Position), before, ChatTelemetry.PresentTrace()));
    }
}
