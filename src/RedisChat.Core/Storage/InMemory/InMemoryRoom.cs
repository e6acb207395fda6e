namespace RedisChat;

/// <summary>One room of the <see cref="InMemoryMessageStore"/>: a list of messages under a lock.</summary>
internal sealed class InMemoryRoom(TimeProvider time, TimeSpan idempotencyWindow, int watcherBufferSize) : ILiveRoom
{
    /// <summary>The same number of changes that <see cref="RedisStoreOptions.ChangeLogLength"/> keeps by default.</summary>
    private const int ChangeLogLength = 10_000;

    private readonly object _gate = new();
    private readonly ulong _epoch = RoomPosition.NewEpoch();

    // The message with id n is at index n - 1; null once it is deleted.
    private readonly List<Message?> _messages = [];
    private readonly Dictionary<(string User, string Key), Sent> _sent = [];
    private readonly Queue<(long Time, (string User, string Key) Key)> _sentByAge = [];

    // By ascending revision. The first entry is 0, which stands for the room before its first change.
    private readonly List<Changed> _changed = [new(0, 0, null)];
    private long _lastStamp;
    private long _revision;

    private readonly InMemoryReactions _reactions = new();

    /// <summary>A change of a message or of its reactions, with the decision if the message was deleted.</summary>
    private readonly record struct Changed(long Revision, long Id, MessageDecision? Deletion, bool IsReaction = false);

    private readonly record struct Sent(long Id, long Time, NewMessage Message);

    public RoomFeed Feed { get; } = new(watcherBufferSize);

    // There is no channel to subscribe to.
    void ILiveRoom.Confirmed(RoomPosition position)
    {
    }

    ValueTask ILiveRoom.LeaveAsync() => default;

    private RoomPosition Position => new(_messages.Count == 0 ? 0 : _epoch, _messages.Count, _lastStamp, _revision);

    public IReadOnlyList<MessageReceipt> Append(IReadOnlyList<NewMessage> messages)
    {
        lock (_gate)
        {
            var now = Micros.FromTime(time.GetUtcNow());
            ForgetSentBefore(now - Micros.FromSpan(idempotencyWindow));
            CheckConflicts(messages);

            var receipts = new MessageReceipt[messages.Count];
            for (var i = 0; i < receipts.Length; i++)
            {
                receipts[i] = Append(messages[i], now);
            }

            return receipts;
        }
    }

    public Message? Get(long id)
    {
        lock (_gate)
        {
            return id <= _messages.Count ? _messages[(int)id - 1] : null;
        }
    }

    public MessagePage Read(MessageQuery query)
    {
        lock (_gate)
        {
            var plan = PagePlan.For(query, _messages.Count);
            var older = Ids(plan.Pivot, -1, query.User).Take(plan.Older + 1).ToArray();
            var newer = Ids(plan.Pivot + 1, +1, query.User).Take(plan.Newer + 1).ToArray();
            return WithReactions(plan.ToPage(older, newer, Position, []), query.Reader);
        }

        IEnumerable<Message> Ids(long from, int step, string? user)
        {
            for (var id = from; id >= 1 && id <= _messages.Count; id += step)
            {
                if (_messages[(int)id - 1] is { } message && (user is null || message.User == user))
                {
                    yield return message;
                }
            }
        }
    }

    public MessageChange Change(long id, Func<Message, MessageDecision> decide)
    {
        lock (_gate)
        {
            if (id > _messages.Count || _messages[(int)id - 1] is not { } message)
            {
                return new(ChangeOutcome.NotFound, null);
            }

            var decision = decide(message);
            if (decision.Outcome == ChangeOutcome.Unchanged)
            {
                return new(ChangeOutcome.Unchanged, message);
            }

            var before = _revision;
            var isDeleted = decision.Outcome == ChangeOutcome.Deleted;
            Log(id, isDeleted ? decision : null);
            if (isDeleted)
            {
                _messages[(int)id - 1] = null;
                _reactions.Remove(id);
                Feed.Publish(new LiveEvent(Deleted(_changed[^1], Position), before, ChatTelemetry.PresentTrace()));
                return new(ChangeOutcome.Deleted, message);
            }

            var edited = decision.ApplyTo(message, Micros.ToTime(_revision));
            _messages[(int)id - 1] = edited;
            Feed.Publish(new LiveEvent(new RoomEvent.Edited(edited, Position), before, ChatTelemetry.PresentTrace()));
            return new(ChangeOutcome.Edited, edited);
        }
    }

    public IReadOnlyList<Reaction>? React(long id, string user, Func<IReadOnlyList<Reaction>, IReadOnlyList<Reaction>> change, int maxKinds)
    {
        lock (_gate)
        {
            if (id > _messages.Count || _messages[(int)id - 1] is null)
            {
                return null;
            }

            var own = _reactions.OfUser(id, user);
            var wanted = change(own);
            if (ReferenceEquals(wanted, own))
            {
                return _reactions.Of(id);
            }

            _reactions.Set(id, user, wanted, maxKinds);
            var before = _revision;
            Log(id, deletion: null, isReaction: true);
            var reactions = _reactions.Of(id);
            Feed.Publish(new LiveEvent(new RoomEvent.Reacted(id, reactions, user, Position) { Revision = _revision }, before, ChatTelemetry.PresentTrace()));
            return reactions;
        }
    }

    public ReactionUsers WhoReacted(long id, string emoji, string? cursor, int limit)
    {
        lock (_gate)
        {
            return _reactions.Who(id, emoji, cursor, limit);
        }
    }

    /// <summary>Gives a change the next revision, and logs it.</summary>
    private void Log(long id, MessageDecision? deletion, bool isReaction = false)
    {
        _revision = Math.Max(Micros.FromTime(time.GetUtcNow()), _revision + 1);
        _changed.Add(new Changed(_revision, id, deletion, isReaction));
        if (_changed.Count > ChangeLogLength)
        {
            _changed.RemoveAt(0);
        }
    }

    private MessagePage WithReactions(MessagePage page, string? reader) => _reactions.IsEmpty ? page : page with
    {
        Reactions = page.Messages.Select(message => (message.Id, Reactions: _reactions.Of(message.Id, reader)))
            .Where(found => found.Reactions.Count > 0).ToDictionary(found => found.Id, found => found.Reactions),
    };

    private static RoomEvent.Deleted Deleted(Changed change, RoomPosition position) => new(change.Id, position)
    {
        User = change.Deletion?.User,
        Reason = change.Deletion?.Reason,
        DeletedAt = Micros.ToTime(change.Revision),
    };

    public RoomChanges ReadChanges(RoomPosition after, int limit)
    {
        lock (_gate)
        {
            var now = Position;
            if (!Continues(after, now))
            {
                return new RoomChanges { Events = [new RoomEvent.Gap(now)], Position = now };
            }

            var events = ChangedSince(after).Concat(CreatedSince(after with { Epoch = now.Epoch, Revision = now.Revision })).Take(limit + 2).ToList();

            // A new message and its reactions belong together, and count as one.
            var most = events.Count > limit && events[limit - 1] is RoomEvent.Reacted before && before.MessageId > before.Position.MessageId ? limit + 1 : limit;
            var hasMore = events.Count > most;
            events.RemoveRange(Math.Min(most, events.Count), Math.Max(events.Count - most, 0));
            return new RoomChanges { Events = events, Position = hasMore ? events[^1].Position : now, HasMore = hasMore };
        }
    }

    private bool Continues(RoomPosition after, RoomPosition now) =>
        after == RoomPosition.Start
        || (after.Epoch == now.Epoch
            && after.MessageId <= now.MessageId
            && (after.MessageId == 0 || after.MessageId != now.MessageId || after.Stamp == now.Stamp)
            && _changed.BinarySearch(new Changed(after.Revision, 0, null), ByRevision) >= 0);

    private IEnumerable<RoomEvent> ChangedSince(RoomPosition after)
    {
        if (after == RoomPosition.Start)
        {
            // The reader has seen no messages, so no change can concern it.
            yield break;
        }

        var lastChanges = new Dictionary<(long, bool), Changed>();
        foreach (var change in _changed)
        {
            // Deletions of all messages count: a reader that loaded a page after a gap may know messages that are newer than the gap.
            var isGone = change.Revision > 0 && _messages[(int)change.Id - 1] is null;
            if (change.Revision > after.Revision && (change.IsReaction ? !isGone && change.Id <= after.MessageId : isGone || change.Id <= after.MessageId))
            {
                lastChanges[(change.Id, change.IsReaction)] = change;
            }
        }

        foreach (var change in lastChanges.Values.OrderBy(change => change.Revision))
        {
            var position = after with { Revision = change.Revision };
            yield return change.IsReaction ? Reacted(change.Id, position, change.Revision)
                : _messages[(int)change.Id - 1] is { } message ? new RoomEvent.Edited(message, position)
                : Deleted(change, position);
        }
    }

    private RoomEvent.Reacted Reacted(long id, RoomPosition position, long revision) =>
        new(id, _reactions.Of(id), user: null, position) { Revision = revision };

    private IEnumerable<RoomEvent> CreatedSince(RoomPosition after)
    {
        for (var id = after.MessageId + 1; id <= _messages.Count; id++)
        {
            if (_messages[(int)id - 1] is not { } message)
            {
                continue;
            }

            if (_reactions.Of(id).Count > 0)
            {
                // It comes before the message, so that a reader that stops in between has not moved its position past the message.
                yield return Reacted(id, after, after.Revision);
            }

            after = after with { MessageId = id, Stamp = Micros.FromTime(message.Timestamp) };
            yield return new RoomEvent.Created(message, after);
        }
    }

    private static readonly Comparer<Changed> ByRevision =
        Comparer<Changed>.Create((one, other) => one.Revision.CompareTo(other.Revision));

    private MessageReceipt Append(NewMessage message, long now)
    {
        var key = (message.User, message.IdempotencyKey!);
        if (_sent.TryGetValue(key, out var first))
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
        };
        _messages.Add(added);
        var stampBefore = _lastStamp;
        _lastStamp = now;
        Feed.Publish(new LiveEvent(new RoomEvent.Created(added, Position), stampBefore, ChatTelemetry.PresentTrace()));
        _sent.Add(key, new Sent(_messages.Count, now, message));
        _sentByAge.Enqueue((now, key));
        return Receipt(_messages.Count, now, isDuplicate: false);
    }

    private MessageReceipt Receipt(long id, long stamp, bool isDuplicate) => new()
    {
        Id = id,
        Timestamp = Micros.ToTime(stamp),
        Position = new RoomPosition(_epoch, id, stamp, _revision),
        IsDuplicate = isDuplicate,
    };

    private void CheckConflicts(IReadOnlyList<NewMessage> messages)
    {
        var inBatch = new Dictionary<(string, string), NewMessage>();
        foreach (var message in messages)
        {
            var key = (message.User, message.IdempotencyKey!);
            var first = _sent.TryGetValue(key, out var sent) ? sent.Message : inBatch.GetValueOrDefault(key);
            if (first is not null
                && (first.Text != message.Text || !Message.MetadataEquals(first.Metadata, message.Metadata)))
            {
                throw IdempotencyConflict.Error();
            }

            inBatch.TryAdd(key, message);
        }
    }

    private void ForgetSentBefore(long oldest)
    {
        while (_sentByAge.TryPeek(out var sent) && sent.Time < oldest)
        {
            _sentByAge.Dequeue();
            _sent.Remove(sent.Key);
        }
    }
}
