namespace RedisChat;

/// <content>Erasure of users.</content>
internal sealed partial class InMemoryRoom
{
    private const string Erased = "erased";
    private const int ErasedAtOnce = 250;

    private readonly HashSet<string> _erasing = new(StringComparer.Ordinal);
    private InMemoryErasure? _erasure;

    /// <summary>Throws if a user is being erased. For callers that hold the lock.</summary>
    public void CheckNotErased(string user)
    {
        if (_erasing.Contains(user))
        {
            throw Forbidden.Error(ForbiddenReason.BeingErased);
        }
    }

    /// <summary>Allows a user's writes again.</summary>
    public void EndErasure(string user)
    {
        lock (Gate)
        {
            _erasing.Remove(user);
        }
    }

    /// <summary>Forgets everything in a user's scope.</summary>
    public void ForgetScope()
    {
        lock (Gate)
        {
            Begin();
        }
    }

    /// <summary>Erases a user: see <see cref="IErasureStore.EraseStepAsync"/>.</summary>
    /// <param name="erasure">The erasure.</param>
    /// <param name="isScope">Whether this is the scope of a user.</param>
    public ErasedStep Erase(UserErasure erasure, bool isScope)
    {
        lock (Gate)
        {
            var user = erasure.User;
            if (Records("", user).Count == 0)
            {
                return new ErasedStep(false, 0, null) { IsMarked = _erasing.Contains(user) };
            }

            if (!isScope)
            {
                _erasing.Add(user);
            }

            var done = erasure.Mode == ErasureMode.Remove ? EraseMessages(MessageSelection.By(user)) : 0;
            var unfinished = _messages.OfType<Message>().Where(message => message.User == user && message.Writing == WritingState.InProgress).Select(message => message.Id).ToList();
            done += EraseMessages(MessageSelection.Of(unfinished));
            var changed = new List<long>();
            var authored = 0;
            foreach (var message in _messages.OfType<Message>().Where(message => message.User == user || message.Mentions.Contains(Mention.User(user))).Take(ErasedAtOnce).ToList())
            {
                authored += message.User == user ? 1 : 0;
                changed.Add(message.Id);
                Replace(message.Without(user, erasure.Alias));
            }

            var named = Members.ForgetActor(user) | Pins.Forget(user);
            if (changed.Count > 0 || named || Members.Naming(user).Count > 0)
            {
                (_erasure ??= new InMemoryErasure(this)).Report(changed);
            }

            foreach (var (messageId, _) in Reactions.Of(user))
            {
                Reactions.Erase(messageId, user);
            }

            if (authored > 0)
            {
                TellAbove();
            }

            Members.Forget(user, Erased);
            ReadMarkers.Remove(user);
            _sent.Forget(user);
            Schedule.Forget(user);
            _log.Forget(user, erasure.Alias);
            return new ErasedStep(true, done + authored, changed.Count == ErasedAtOnce ? "more" : null)
            {
                IsMarked = !isScope,
                ClosedThreads = erasure.Mode == ErasureMode.Remove && Threads.Closed.Any(),
            };
        }
    }

    /// <summary>What the room holds about a user; for all messages one record, which counts them.</summary>
    public IReadOnlyList<UserRecord> Records(string room, string user)
    {
        lock (Gate)
        {
            var own = _messages.OfType<Message>().Where(message => message.User == user).ToList();
            var records = new List<UserRecord>();
            if (own.Count > 0)
            {
                Add(UserRecordKind.Message, record => record with { Messages = own.Count });
            }

            own.ForEach(message => Versions.List(message.Id).ToList().ForEach(version => Add(UserRecordKind.Version, record => record with { MessageId = message.Id, Version = version })));
            foreach (var member in Members.Naming(user))
            {
                Add(member.User == user ? UserRecordKind.Member : UserRecordKind.Imposed, record => record with { Member = member });
            }

            if (ReadMarkers.Of(user) is { } marker)
            {
                Add(UserRecordKind.Marker, record => record with { Marker = marker });
            }

            foreach (var (messageId, reactions) in Reactions.Of(user))
            {
                Add(UserRecordKind.Reactions, record => record with { MessageId = messageId, Reactions = reactions });
            }

            foreach (var message in _messages.OfType<Message>().Where(message => message.User != user && message.Mentions.Contains(Mention.User(user))))
            {
                Add(UserRecordKind.Mention, record => record with { MessageId = message.Id });
            }

            foreach (var pin in Pins.List().Where(pin => pin.By == user))
            {
                Add(UserRecordKind.Pin, record => record with { MessageId = pin.MessageId, At = pin.PinnedAt });
            }

            foreach (var scheduled in Schedule.List(user))
            {
                Add(UserRecordKind.Scheduled, record => record with { Scheduled = scheduled });
            }

            foreach (var _ in Schedule.Mentioning(user))
            {
                Add(UserRecordKind.ScheduledMention, record => record);
            }

            foreach (var thread in Threads.With(user))
            {
                Add(UserRecordKind.Thread, record => record with { MessageId = thread });
            }

            foreach (var (key, first) in _sent.Of(user))
            {
                Add(UserRecordKind.Sent, record => record with { MessageId = first.Id, At = Micros.ToTime(first.Time), Detail = key });
            }

            if (Members.PaceOf(user) is { } pace)
            {
                Add(UserRecordKind.Rate, record => record with { At = pace });
            }

            foreach (var entry in _log.Naming(user))
            {
                Add(UserRecordKind.Change, record => record with { At = Micros.ToTime(entry.Revision), Detail = entry.Deletion is null ? entry.Feature is InMemoryMembers ? "m" : "o" : entry.Run is null ? "d" : "b" });
            }

            return [.. records.OrderBy(record => record.Kind).ThenBy(record => record.MessageId)];

            void Add(UserRecordKind kind, Func<UserRecord, UserRecord> complete) => records.Add(complete(new UserRecord { Kind = kind, Room = room.Length == 0 ? null : room }));
        }
    }

    /// <summary>The messages of others whose text contains a user's id as a word.</summary>
    public IReadOnlyList<long> TextsWith(string user)
    {
        lock (Gate)
        {
            return [.. _messages.OfType<Message>().Where(message => message.User != user && WholeWord.IsIn(message.Text, user)).Select(message => message.Id)];
        }
    }

    private long EraseMessages(MessageSelection messages)
    {
        var (done, after) = (0L, (long?)0);
        while (after is { } from)
        {
            var step = DeleteStep(messages, from, Actor.Application, Erased);
            done += step.Deleted;
            after = step.Next;
        }

        return done;
    }
}
