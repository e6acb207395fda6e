using System.Diagnostics.CodeAnalysis;

namespace RedisChat;

/// <summary>One room of the <see cref="InMemoryMessageStore"/>: a list of messages under a lock, and what features keep of it.</summary>
internal sealed partial class InMemoryRoom : ILiveRoom
{
    /// <summary>The same number of changes that <see cref="RedisStoreOptions.ChangeLogLength"/> keeps by default.</summary>
    private const int ChangeLogLength = 10_000;

    private static readonly Comparer<LogEntry> ByRevision = Comparer<LogEntry>.Create((one, other) => one.Revision.CompareTo(other.Revision));

    private readonly TimeProvider _time;
    private readonly TimeSpan _idempotencyWindow;
    private readonly InMemoryAttachments _attachments;
    private ulong _epoch;
    private InMemorySends _sent;
    private IInMemoryFeature[] _features;

    // The message with id n is at index n - 1; null once it is deleted.
    private readonly List<Message?> _messages = [];

    // By ascending revision; first 0, which stands for the room before it changed.
    private readonly List<LogEntry> _changed = [];
    private long _lastStamp;
    private long _revision;

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

    /// <summary>What changed: a message, or the subject of a feature; with the decision if messages were deleted, and their ids if it was a run.</summary>
    private readonly record struct LogEntry(long Revision, InMemorySubject Subject, IInMemoryFeature? Feature = null, MessageDecision? Deletion = null, IReadOnlyList<long>? Run = null, long Below = 0);

    /// <summary>Is notified of when the room will need upkeep.</summary>
    public Action<DateTimeOffset>? NeedsUpkeep { get; init; }

    /// <summary>Held while the room is read or changed.</summary>
    public object Gate { get; }

    public RoomFeed Feed { get; }

    public InMemoryReactions Reactions { get; private set; }

    public InMemoryMembers Members { get; private set; }

    public InMemoryAbout About { get; private set; }

    /// <summary>The list of rooms, if this is the scope of a user.</summary>
    public InMemoryUserRooms UserRooms { get; private set; }

    /// <summary>The drafts, if this is the scope of a user.</summary>
    public InMemoryDrafts Drafts { get; private set; }

    /// <summary>How far the history goes.</summary>
    public RoomActivity Activity
    {
        get
        {
            lock (Gate)
            {
                return _messages.Count == 0 ? default : new RoomActivity(_messages.Count, Micros.ToTime(_lastStamp));
            }
        }
    }

    public InMemoryReadMarkers ReadMarkers { get; private set; }

    private InMemoryPins Pins { get; set; }

    private InMemoryVersions Versions { get; set; }

    private InMemorySchedule Schedule { get; set; }

    private InMemoryWriting Writing { get; set; }

    private InMemoryPreviews Previews { get; set; }

    /// <summary>The last message id that was assigned. For callers that hold the lock.</summary>
    public long Last => _messages.Count;

    public RoomPosition Position => new(_messages.Count + _revision == 0 ? 0 : _epoch, _messages.Count, _lastStamp, _revision);

    // There is nothing to subscribe to.
    void ILiveRoom.Confirmed(RoomPosition position)
    {
    }

    ValueTask ILiveRoom.LeaveAsync() => default;

    /// <summary>Makes it a room that does not exist yet: at first, and after a deletion.</summary>
    [MemberNotNull(
        nameof(_sent), nameof(Reactions), nameof(Members), nameof(About), nameof(ReadMarkers), nameof(UserRooms), nameof(Drafts), nameof(Pins), nameof(Versions), nameof(Schedule),
        nameof(Threads), nameof(Writing), nameof(Previews), nameof(_features))]
    private void Begin()
    {
        _epoch = RoomPosition.NewEpoch();
        _sent = new InMemorySends(_idempotencyWindow);
        _messages.Clear();
        _changed.Clear();
        _changed.Add(new(0, 0));
        (_lastStamp, _revision, _first) = (0, 0, 1);
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

    // A deletion replaces the features, so they are fetched under the lock.

    /// <summary>Gives the room settings, rules and an owner, if it has no settings: see <see cref="IRoomDirectoryStore.CreateRoomAsync"/>.</summary>
    /// <param name="about">The settings.</param>
    /// <param name="rules">The rules; <see langword="null"/> for those it has.</param>
    /// <param name="owner">The owner, unless it has one; <see langword="null"/> for nobody.</param>
    /// <param name="changed">Called in the same step if the owner changes, with the new state.</param>
    public RoomCreation Create(RoomAbout about, RuleSet? rules, string? owner, Action<RoomMember> changed)
    {
        lock (Gate)
        {
            if (About.About is { } present)
            {
                return new RoomCreation(present, IsNew: false);
            }

            var (set, member) = MemberDecisions.Create(Members.Read(owner ?? ""), rules, owner is not null);
            Members.ChangeRules(Actor.Application, _ => set);
            if (owner is not null)
            {
                Members.Change(owner, Actor.Application, now => member == now.Target ? now.Target : member, reason: null, changed);
            }

            return About.Create(about);
        }
    }

    /// <summary>Changes the settings.</summary>
    public RoomAbout ChangeAbout(Actor actor, Func<RoomAbout, RoomAbout> decide)
    {
        lock (Gate)
        {
            return About.Change(actor, decide);
        }
    }

    /// <summary>Pins a message: see <see cref="IPinStore.PinAsync"/>.</summary>
    public bool Pin(long messageId, Actor by)
    {
        lock (Gate)
        {
            return Pins.Pin(messageId, by);
        }
    }

    /// <summary>Unpins a message: see <see cref="IPinStore.UnpinAsync"/>.</summary>
    public void Unpin(long messageId, Actor by)
    {
        lock (Gate)
        {
            Pins.Unpin(messageId, by);
        }
    }

    /// <summary>The pinned messages: see <see cref="IPinStore.ListPinsAsync"/>.</summary>
    public IReadOnlyList<Pin> ListPins()
    {
        lock (Gate)
        {
            return Pins.List();
        }
    }

    /// <summary>Changes the link previews of a message: see <see cref="ILinkPreviewStore.ChangePreviewsAsync"/>.</summary>
    public Message? ChangePreviews(long messageId, Func<Message, LinkPreviewList> decide)
    {
        lock (Gate)
        {
            return Previews.Change(messageId, decide);
        }
    }

    /// <summary>The earlier versions of a message: see <see cref="IVersionStore.ListVersionsAsync"/>.</summary>
    public IReadOnlyList<MessageVersion> ListVersions(Message message)
    {
        lock (Gate)
        {
            return [.. Versions.List(message.Id).Where(version => version.Version < message.Version)];
        }
    }

    /// <summary>Reads or changes what is scheduled in the room.</summary>
    public T WithSchedule<T>(Func<InMemorySchedule, T> act)
    {
        lock (Gate)
        {
            return act(Schedule);
        }
    }

    /// <summary>Appends a scheduled message: see <see cref="IScheduleStore.SendScheduledAsync"/>.</summary>
    public MessageReceipt? SendScheduled(ScheduledMessage scheduled, NewMessage message)
    {
        lock (Gate)
        {
            if (!_sent.TryFind(message, out _) && !Schedule.Contains(scheduled))
            {
                return null;
            }

            var receipt = Append([message])[0];
            Schedule.Remove(message.User, scheduled.Id);
            return receipt;
        }
    }

    /// <summary>Adds a part to a message: see <see cref="IWritingStore.AppendPartAsync"/>.</summary>
    public long AppendPart(long messageId, WrittenPart part)
    {
        lock (Gate)
        {
            return Writing.Append(messageId, part);
        }
    }

    /// <summary>Ends the writing of a message: see <see cref="IWritingStore.EndWritingAsync"/>.</summary>
    public Message? EndWriting(long messageId, string writer, string? text, Actor by)
    {
        lock (Gate)
        {
            return Writing.End(messageId, writer, text, by);
        }
    }

    /// <summary>Abandons a message whose lease has run out.</summary>
    public void EndExpired(long messageId, InMemoryWriting.Progress expired)
    {
        lock (Gate)
        {
            Writing.EndExpired(messageId, expired);
        }
    }

    /// <summary>Replaces a message by its present state. For callers that hold the lock.</summary>
    public void Replace(Message message) => _messages[(int)message.Id - 1] = message;

    /// <summary>An overview of the room.</summary>
    /// <param name="id">The room's id.</param>
    /// <param name="since">When it got its first settings, µs.</param>
    public RoomInfo Describe(string id, out long since)
    {
        lock (Gate)
        {
            since = About.Since;
            var situation = Members.Read("");
            return new RoomInfo
            {
                Id = id,
                Exists = Position != RoomPosition.Start,
                About = About.About,
                Rules = situation.Rules,
                LastMessageId = _messages.Count,
                LastMessageAt = _lastStamp == 0 ? null : Micros.ToTime(_lastStamp),
                Messages = _messages.Count(message => message is not null),
                Members = Members.Count,
            };
        }
    }

    /// <summary>Deletes the room: see <see cref="IRoomDirectoryStore.DeleteRoomAsync"/>.</summary>
    public RoomDeletion Delete(Actor actor)
    {
        lock (Gate)
        {
            if (Position == RoomPosition.Start)
            {
                return new RoomDeletion(0, 0) { Existed = false };
            }

            if (actor.UserId is { } user)
            {
                // An owner can delete an archived room.
                var now = Members.Read(user);
                MemberDecisions.CheckRight(now with { Rules = now.Rules with { IsArchived = false } }, now.Target, RoomRights.Manage);
            }

            var count = _messages.Count;
            Erase(actor);
            return new RoomDeletion(count, count);
        }
    }

    public IReadOnlyList<MessageReceipt> Append(IReadOnlyList<NewMessage> messages)
    {
        lock (Gate)
        {
            var now = Micros.FromTime(_time.GetUtcNow());
            _sent.ForgetOld(now);
            _sent.CheckConflicts(messages);
            var before = _messages.Count;
            foreach (var message in messages.Where(message => !_sent.TryFind(message, out _)))
            {
                CheckNotErased(message.User);
            }

            Ruling.Members.CheckSends([.. messages.Where(message => !_sent.TryFind(message, out _))], now, CheckContents);

            var receipts = new MessageReceipt[messages.Count];
            for (var i = 0; i < receipts.Length; i++)
            {
                receipts[i] = Append(messages[i], now);
            }

            if (_messages.Count > before)
            {
                TellAbove();
            }

            return receipts;
        }
    }

    public MessageReceipt? FindSent(NewMessage message)
    {
        lock (Gate)
        {
            _sent.ForgetOld(Micros.FromTime(_time.GetUtcNow()));
            _sent.CheckConflicts([message]);
            return _sent.TryFind(message, out var first) ? Receipt(first.Id, first.Time, isDuplicate: true) : null;
        }
    }

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

    public MessageChange Change(long id, Func<Message, MessageDecision> decide)
    {
        lock (Gate)
        {
            if (At(id) is not { } message)
            {
                return new(ChangeOutcome.NotFound, null);
            }

            var decision = decide(message);
            if (decision.Outcome == ChangeOutcome.Unchanged)
            {
                return new(ChangeOutcome.Unchanged, message);
            }

            if (!decision.By.IsApplication)
            {
                Ruling.Members.CheckRight(decision.By.UserId!, decision.Right, speaks: decision.Outcome == ChangeOutcome.Edited);
                Ruling.Members.CheckMentioned((decision.Mentions ?? default).UsersAddedTo(message.Mentions, message.User));
            }

            if (decision.Outcome == ChangeOutcome.Edited && message.Writing == WritingState.InProgress)
            {
                throw WritingErrors.InProgress(id);
            }

            if (decision.Outcome == ChangeOutcome.Deleted)
            {
                _messages[(int)id - 1] = null;
                _attachments.Release(message, message.Attachments, ReleaseReason.Deleted);
                Array.ForEach(_features, feature => feature.Remove(id));
                Changed(new LogEntry(NextRevision(), id, Deletion: decision), position => Deleted(_changed[^1], position));
                TellAbove();
                return new(ChangeOutcome.Deleted, message);
            }

            var revision = NextRevision();
            var edited = decision.ApplyTo(message, Micros.ToTime(revision));
            Versions.Keep(message, decision.KeptVersions);
            _attachments.Release(message, message.Attachments.ReleasedBy(edited.Attachments), ReleaseReason.Edited);
            _attachments.Track(decision.Attachments ?? default);
            _messages[(int)id - 1] = edited;
            Changed(new LogEntry(revision, id), position => new RoomEvent.Edited(edited, position));
            return new(ChangeOutcome.Edited, edited);
        }
    }

    /// <summary>Deletes the next messages of a selection: see <see cref="IBulkDeletionStore.DeleteStepAsync"/>.</summary>
    public DeletedStep DeleteStep(MessageSelection messages, long after, Actor by, string? reason)
    {
        lock (Gate)
        {
            var left = (messages.Ids ?? Messages(Math.Max(messages.From, after + 1), +1, messages.User, evenExpired: true).Select(message => message.Id))
                .Where(id => id > after && id <= messages.To && Stored(id) is not null).Take(ChatLimits.MaxDeletedAtOnce + 1).ToList();
            var run = left.Take(ChatLimits.MaxDeletedAtOnce).ToList();
            foreach (var right in run.Select(id => Stored(id)!.User == by.UserId ? RoomRights.ChangeOwn : RoomRights.DeleteAny).Where(_ => !by.IsApplication).Distinct().Order())
            {
                Ruling.Members.CheckRight(by.UserId!, right, speaks: false);
            }

            foreach (var id in run)
            {
                _attachments.Release(Stored(id)!, Stored(id)!.Attachments, ReleaseReason.Deleted);
                _messages[(int)id - 1] = null;
                Array.ForEach(_features, feature => feature.Remove(id));
            }

            if (run.Count > 0)
            {
                var entry = new LogEntry(
                    NextRevision(), new InMemorySubject(0, $"{run[0]}…"), Deletion: MessageDecision.Delete(by.UserId, reason), Run: run);
                Changed(entry, position => DeletedMany(entry, position));
                TellAbove();
            }

            return new DeletedStep(run.Count, left.Count > run.Count ? run[^1] : null, Last);
        }
    }

    /// <summary>Logs and publishes a feature's change. For callers that hold the lock.</summary>
    /// <param name="feature">The feature.</param>
    /// <param name="subject">What changed.</param>
    /// <param name="happened">Makes the event, at the room's position after the change.</param>
    public void Changed(IInMemoryFeature feature, InMemorySubject subject, Func<RoomPosition, RoomEvent> happened) =>
        Changed(new LogEntry(NextRevision(), subject, feature), happened);

    /// <summary>Publishes a passing event, which is not part of the history.</summary>
    /// <param name="happened">Makes the event, at the room's position.</param>
    public void Publish(Func<RoomPosition, RoomEvent> happened)
    {
        lock (Gate)
        {
            Feed.Publish(new LiveEvent(happened(Position), 0));
        }
    }

    public RoomChanges ReadChanges(RoomPosition after, int limit)
    {
        lock (Gate)
        {
            var now = Position;
            if (!Continues(after, now))
            {
                return new RoomChanges { Events = [new RoomEvent.Gap(now)], Position = now };
            }

            var parts = ChangedSince(after).Concat(CreatedSince(after with { Epoch = now.Epoch, Revision = now.Revision })).Take(limit + 1).ToList();
            var hasMore = parts.Count > limit;
            var events = parts.Take(limit).SelectMany(part => part).ToList();
            return new RoomChanges { Events = events, Position = hasMore ? events[^1].Position : now, HasMore = hasMore };
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
        return PageTombstones.AddTo(page, holes, _changed.Where(entry => entry.Deletion is not null).SelectMany(
            entry => PageTombstones.Of(entry.Run ?? [entry.Subject.MessageId], holes, entry.Run is null ? Deleted(entry, Position) : DeletedMany(entry, Position))));
    }

    private long NextRevision() => Math.Max(Micros.FromTime(_time.GetUtcNow()), _revision + 1);

    private void Changed(LogEntry entry, Func<RoomPosition, RoomEvent> happened)
    {
        var before = _revision;
        _revision = entry.Revision;
        _changed.Add(entry);
        if (_changed.Count > ChangeLogLength)
        {
            _changed.RemoveAt(0);
        }

        Feed.Publish(new LiveEvent(happened(Position), before, ChatTelemetry.PresentTrace()));
    }

    private bool Continues(RoomPosition after, RoomPosition now) =>
        after == RoomPosition.Start
        || (after.Epoch == now.Epoch
            && after.MessageId <= now.MessageId
            && (after.MessageId == 0 || after.MessageId != now.MessageId || after.Stamp == now.Stamp)
            && _changed.BinarySearch(new LogEntry(after.Revision, 0), ByRevision) >= 0
            && (after.MessageId is 0 || after.MessageId == now.MessageId || !_changed.Exists(entry => entry.Revision > after.Revision && entry.Below > after.MessageId)));

    /// <summary>The present state of what changed since a position, each once, by its last change.</summary>
    private IEnumerable<RoomEvent[]> ChangedSince(RoomPosition after)
    {
        var last = new Dictionary<(IInMemoryFeature?, InMemorySubject), LogEntry>();
        foreach (var entry in _changed.Where(entry => entry.Revision > after.Revision))
        {
            if (Concerns(entry, after))
            {
                last[(entry.Feature, entry.Subject)] = entry;
            }
        }

        foreach (var entry in last.Values.OrderBy(entry => entry.Revision))
        {
            var position = after with { Epoch = _epoch, Revision = entry.Revision };
            yield return [entry.Below > 0 ? new RoomEvent.Trimmed(entry.Below, position) : entry.Feature?.StateOf(entry.Subject, position, entry.Revision)
                ?? (entry.Run is not null ? DeletedMany(entry, position)
                    : At(entry.Subject.MessageId) is { } message ? new RoomEvent.Edited(message, position) : Deleted(entry, position))];
        }
    }

    private bool Concerns(LogEntry entry, RoomPosition after)
    {
        if (entry.Subject.Name is not null)
        {
            return (entry.Run is null && entry.Below == 0 && entry.Feature is not InMemoryErasure) || after != RoomPosition.Start;
        }

        // A deletion of any message counts: a reader that loaded a page after a gap may know messages that are newer than the gap. One at the start knows none.
        var isGone = At(entry.Subject.MessageId) is null;
        return after != RoomPosition.Start && (isGone ? entry.Deletion is not null : entry.Subject.MessageId <= after.MessageId);
    }

    /// <summary>The messages since a position, each after what features know of it.</summary>
    private IEnumerable<RoomEvent[]> CreatedSince(RoomPosition after)
    {
        foreach (var message in Messages(after.MessageId + 1, +1, user: null))
        {
            // Before the message: a reader that stops in between does not have its position moved past it.
            var before = after;
            after = after with { MessageId = message.Id, Stamp = Micros.FromTime(message.Timestamp) };
            yield return [.. _features.Select(feature => feature.StateOfNew(message.Id, before)).OfType<RoomEvent>(), new RoomEvent.Created(message, after)];
        }
    }

    private static RoomEvent.Deleted Deleted(LogEntry entry, RoomPosition position) => new(entry.Subject.MessageId, position)
    {
        User = entry.Deletion?.User,
        Reason = entry.Deletion?.Reason,
        DeletedAt = Micros.ToTime(entry.Revision),
    };

    private void CheckContents(IReadOnlyList<NewMessage> messages)
    {
        if (messages.Count > 0)
        {
            CheckAbove();
        }

        if (messages.FirstOrDefault(message => message.ReplyTo is { } parent && At(parent) is null) is { } reply)
        {
            throw ParentNotFound.Error(reply.ReplyTo!.Value);
        }

        foreach (var message in messages.Where(message => !message.IsFromApplication && message.Mentions.Count > 0))
        {
            if (message.Mentions.Contains(Mention.Everyone))
            {
                Ruling.Members.CheckRight(message.User, RoomRights.MentionEveryone, speaks: false);
            }

            Ruling.Members.CheckMentioned(message.Mentions.UsersAddedTo(default, message.User));
        }
    }

    private static RoomEvent.DeletedMany DeletedMany(LogEntry entry, RoomPosition position) => new(entry.Run!, position)
    {
        User = entry.Deletion?.User,
        Reason = entry.Deletion?.Reason,
        DeletedAt = Micros.ToTime(entry.Revision),
    };

    private MessageReceipt Append(NewMessage message, long now)
    {
        if (_sent.TryFind(message, out var first))
        {
            return Receipt(first.Id, first.Time, isDuplicate: true);
        }

        var added = new Message
        {
            Id = _messages.Count + 1,
            User = message.User,
            Text = message.Text,
            Timestamp = Micros.ToTime(now),
            Metadata = message.Metadata,
            IdempotencyKey = message.IsKeyGenerated ? null : message.IdempotencyKey,
            ReplyTo = message.ReplyTo,
            Mentions = message.Mentions,
            Attachments = message.Attachments,
        };
        if ((message.ExpiresAfter ?? Ruling.About.About?.MessagesExpireAfter) is { } life)
        {
            var expiresAt = Micros.ToTime(now + Micros.FromSpan(life));
            added = added with { ExpiresAt = expiresAt };
            NeedsUpkeep?.Invoke(expiresAt);
        }

        added = message.Writer is { } lease ? added.With(lease) : added;
        _messages.Add(added);
        if (About.About?.Retention is not null && added.Id % BucketSize == 0)
        {
            NeedsUpkeep?.Invoke(_time.GetUtcNow());
        }

        _attachments.Track(added.Attachments);
        _sent.Add(new InMemorySends.Sent(added.Id, now, message));
        var stampBefore = _lastStamp;
        _lastStamp = now;
        Feed.Publish(new LiveEvent(new RoomEvent.Created(added, Position), stampBefore, ChatTelemetry.PresentTrace()));
        if (added.Lease is not null)
        {
            Writing.Begin(added);
        }

        return Receipt(added.Id, now, isDuplicate: false);
    }

    private MessageReceipt Receipt(long id, long stamp, bool isDuplicate) => new()
    {
        Id = id,
        Timestamp = Micros.ToTime(stamp),
        Position = new RoomPosition(_epoch, id, stamp, _revision),
        IsDuplicate = isDuplicate,
    };
}
