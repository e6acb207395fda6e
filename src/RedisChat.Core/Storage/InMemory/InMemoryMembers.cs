namespace RedisChat;

/// <summary>The members of one room and its rules; checks every write of a user by them.</summary>
internal sealed class InMemoryMembers(InMemoryRoom room, TimeProvider time) : IInMemoryFeature
{
    private readonly SortedDictionary<string, RoomMember> _members = new(StringComparer.Ordinal);
    private readonly InMemoryPaces _paces = new();

    // What follows the membership of each user who has ever changed.
    private readonly Dictionary<string, Action<RoomMember>> _lists = new(StringComparer.Ordinal);
    private RuleSet _rules = RuleSet.Open;

    private DateTimeOffset Now => Micros.ToTime(Micros.FromTime(time.GetUtcNow()));

    /// <summary>The number of members. For callers that hold the lock.</summary>
    public int Count => _members.Values.Count(member => member.IsMember);

    /// <summary>Reads the situation of a user: see <see cref="IMemberStore.ReadMemberAsync"/>.</summary>
    public MemberSituation Read(string user)
    {
        lock (room.Gate)
        {
            return Situation(user, actor: null);
        }
    }

    /// <summary>Ends all memberships, because the room is deleted. For callers that hold the lock.</summary>
    public void Forget()
    {
        foreach (var (user, changed) in _lists)
        {
            changed(new RoomMember { User = user });
        }
    }

    /// <summary>Does something about a user while the situation cannot change.</summary>
    public void Read(string user, Action<MemberSituation> action)
    {
        lock (room.Gate)
        {
            action(Situation(user, actor: null));
        }
    }

    /// <summary>Lists users: see <see cref="IMemberStore.ReadMembersAsync"/>.</summary>
    public MemberPage List(MemberFilter filter, string? after, int limit)
    {
        lock (room.Gate)
        {
            var now = Now;
            var found = _members.Values
                .Where(member => after is null || string.CompareOrdinal(member.User, after) > 0)
                .Where(member => member.IsListed(filter, now))
                .Take(limit + 1).ToList();
            return found.Count > limit
                ? new MemberPage { Members = found[..limit], Cursor = found[limit - 1].User }
                : new MemberPage { Members = found };
        }
    }

    /// <summary>Changes a member: see <see cref="IMemberStore.ChangeMemberAsync"/>.</summary>
    /// <param name="user">The user.</param>
    /// <param name="actor">Who makes the change.</param>
    /// <param name="decide">Decides on the change.</param>
    /// <param name="reason">The reason.</param>
    /// <param name="changed">Called in the same step, with the user's new state.</param>
    public RoomMember Change(string user, Actor actor, Func<MemberSituation, RoomMember> decide, string? reason, Action<RoomMember> changed)
    {
        lock (room.Gate)
        {
            if (actor.UserId is { } acting)
            {
                room.CheckNotErased(acting);
            }

            var now = Situation(user, actor);
            var after = decide(now);
            if (ReferenceEquals(after, now.Target))
            {
                return after;
            }

            room.CheckFollowable();
            after = after.ToStore(now.Target, now.Now);
            if (after.IsNobody)
            {
                _members.Remove(user);
            }
            else
            {
                _members[user] = after;
            }

            if (after.JoinedSince(now.Target))
            {
                room.ReadMarkers.Join(user);
            }
            else if (after.LeftSince(now.Target))
            {
                room.ReadMarkers.Remove(user);
            }

            room.Changed(this, new InMemorySubject(0, $"m{user}"), position => new RoomEvent.MemberChanged(after, position)
            {
                By = actor.UserId,
                Reason = reason,
                Revision = position.Revision,
            });
            changed(after);
            _lists[user] = changed;
            return after;
        }
    }

    /// <summary>Changes the rules: see <see cref="IMemberStore.ChangeRulesAsync"/>.</summary>
    public RuleSet ChangeRules(Actor actor, Func<MemberSituation, RuleSet> decide)
    {
        lock (room.Gate)
        {
            var rules = decide(Situation(actor.UserId ?? "", actor));
            if (!ReferenceEquals(rules, _rules))
            {
                _rules = rules;
                room.Changed(this, new InMemorySubject(0, "s"), position => new RoomEvent.RulesChanged(rules, position) { By = actor.UserId, Revision = position.Revision });
            }

            return rules;
        }
    }

    /// <summary>What the room knows of a user, and of those whom the user banned, muted or invited.</summary>
    public IReadOnlyList<RoomMember> Naming(string user) => [.. _members.Values.Where(member => member.User == user || IsBy(member, user))];

    /// <summary>When the user last sent, if the room limits that.</summary>
    public DateTimeOffset? PaceOf(string user) => _paces.Of(user)?.Last;

    /// <summary>Forgets who imposed what on others, if it was the user; returns whether there was anything.</summary>
    public bool ForgetActor(string user)
    {
        var others = _members.Values.Where(member => IsBy(member, user)).ToList();
        foreach (var other in others)
        {
            _members[other.User] = other with
            {
                Ban = other.Ban?.By == user ? other.Ban with { By = null } : other.Ban,
                Mute = other.Mute?.By == user ? other.Mute with { By = null } : other.Mute,
                Invitation = other.Invitation?.By == user ? other.Invitation with { By = null } : other.Invitation,
            };
        }

        return others.Count > 0;
    }

    /// <summary>Removes everything that the room knows of a user; returns whether there was anything.</summary>
    public bool Forget(string user, string reason)
    {
        var hadPace = _paces.Forget(user);
        if (!_members.ContainsKey(user))
        {
            _lists.Remove(user);
            return hadPace;
        }

        var list = _lists.GetValueOrDefault(user);
        Change(user, Actor.Application, _ => new RoomMember { User = user }, reason, member => list?.Invoke(member));
        _lists.Remove(user);
        return true;
    }

    private static bool IsBy(RoomMember member, string user) => member.User != user && (member.Ban?.By == user || member.Mute?.By == user || member.Invitation?.By == user);

    /// <summary>Throws unless a user may do something. For callers that hold the lock.</summary>
    public void CheckRight(string user, RoomRights right, bool speaks)
    {
        if (right != RoomRights.Read)
        {
            room.CheckNotErased(user);
        }

        var now = Situation(user, actor: null);
        MemberDecisions.CheckRight(now, now.Target, right);
        if (speaks && now.Target.Mute is { } mute && mute.IsInForce(now.Now))
        {
            throw Forbidden.Error(ForbiddenReason.Muted, mute.Until - now.Now);
        }
    }

    /// <summary>Throws unless all of these users may read, so that they may be mentioned. For callers that hold the lock.</summary>
    public void CheckMentioned(IReadOnlyList<string> users)
    {
        foreach (var user in users)
        {
            var now = Situation(user, actor: null);
            if (!MemberDecisions.HasRight(now, now.Target, RoomRights.Read))
            {
                throw Forbidden.Error(ForbiddenReason.MentionedOutsider);
            }
        }
    }

    /// <summary>Checks which users may be present: see <see cref="IPresenceStore.UpdatePresenceAsync"/>.</summary>
    public PresenceAnswer CheckPresent(IReadOnlyList<string> users)
    {
        lock (room.Gate)
        {
            var refused = new Dictionary<string, ChatForbiddenException>(StringComparer.Ordinal);
            foreach (var user in users)
            {
                try
                {
                    CheckRight(user, RoomRights.Read, speaks: false);
                }
                catch (ChatForbiddenException e)
                {
                    refused[user] = e;
                }
            }

            return new PresenceAnswer { IsAccepted = true, HasRules = _members.Count > 0 || !ReferenceEquals(_rules, RuleSet.Open), Refused = refused };
        }
    }

    /// <summary>Throws unless a user may say that they are typing.</summary>
    public void CheckTyping(string user)
    {
        lock (room.Gate)
        {
            CheckRight(user, RoomRights.Send, speaks: true);
        }
    }

    /// <summary>Throws unless all of these messages may be sent now, and records that they are. For callers that hold the lock.</summary>
    /// <param name="messages">The messages.</param>
    /// <param name="now">The time, µs.</param>
    /// <param name="checkFurther">Checks that come after the rights, and before anything is recorded.</param>
    public void CheckSends(IReadOnlyList<NewMessage> messages, long now, Action<IReadOnlyList<NewMessage>> checkFurther)
    {
        var paces = new Dictionary<string, InMemoryPaces.Pace>();
        foreach (var message in messages.Where(message => !message.IsFromApplication).DistinctBy(message => (message.User, message.IdempotencyKey)))
        {
            CheckRight(message.User, RoomRights.Send, speaks: true);
            if ((_rules.SlowMode > TimeSpan.Zero || _rules.Flood is not null) && !_rules.RightsOf(Find(message.User).Role).HasFlag(RoomRights.Unlimited))
            {
                var isFirst = !paces.TryGetValue(message.User, out var pace);
                paces[message.User] = InMemoryPaces.Next(_rules, isFirst ? _paces.Of(message.User) ?? default : pace, Micros.ToTime(now), isFirst);
            }
        }

        checkFurther(messages);
        foreach (var (user, pace) in paces)
        {
            _paces.Set(user, pace);
        }
    }

    MessagePage IInMemoryFeature.AddTo(MessagePage page, string? reader)
    {
        if (reader is not null)
        {
            room.Ruling.Members.CheckRight(reader, RoomRights.Read, speaks: false);
        }

        return page;
    }

    RoomEvent IInMemoryFeature.StateOf(InMemorySubject subject, RoomPosition position, long revision) =>
        subject.Name == "s"
            ? new RoomEvent.RulesChanged(_rules, position) { Revision = revision }
            : new RoomEvent.MemberChanged(Find(subject.Name![1..]), position) { Revision = revision };

    RoomEvent? IInMemoryFeature.StateOfNew(long messageId, RoomPosition position) => null;

    void IInMemoryFeature.Remove(long messageId)
    {
    }

    private RoomMember Find(string user) => _members.TryGetValue(user, out var member) ? member : new RoomMember { User = user };

    private MemberSituation Situation(string target, Actor? actor)
    {
        var user = Find(target);
        if (room != room.Ruling)
        {
            // Of a thread: see MemberSituation.
            var above = room.Ruling.Members;
            return new MemberSituation { Rules = above._rules, Target = user, Actor = above.Find(target), Now = Now };
        }

        return new MemberSituation
        {
            Rules = _rules,
            Target = user,
            Actor = actor?.UserId is not { } acting ? null : acting == target ? user : Find(acting),
            Owners = _members.Values.Count(member => member.Role == RoomRole.Owner),
            Now = Now,
        };
    }
}
