using StackExchange.Redis;

namespace RedisChat.Redis;

/// <summary>The rules and the owner of a room that is being created: their part of the change that writes its settings.</summary>
internal sealed class RoomFounding(RedisStoreContext context, RedisMembers members, IMembershipList lists, string room, RuleSet? rules, string? owner)
{
    private readonly string[] _users = owner is null ? [] : [owner];
    private long _time;
    private long _start;
    private bool _joins;
    private bool _isListed;

    /// <summary>Reads the values to decide on. They go to <see cref="TryBegin"/>, and are compared by <see cref="Expect"/>.</summary>
    public async ValueTask<RedisValue[]> ReadAsync(CancellationToken cancellationToken)
    {
        RedisValue[] read = [];
        await RedisMembers.BeforeAsync(FindAsync()).ConfigureAwait(false);
        (_time, _start) = ((long)read[0], context.Time.GetTimestamp());
        return read[1..];

        async ValueTask FindAsync() => read = await members.Reads.ReadAsync(room, _users, cancellationToken).ConfigureAwait(false);
    }

    /// <summary>Begins the change with the events of the rules and of the owner, as far as these change. Conditions may follow, and the next event.</summary>
    /// <param name="values">The present values.</param>
    /// <param name="change">The change; <see langword="null"/> if neither changes.</param>
    /// <returns><see langword="false"/> if the list of the owner's rooms must be prepared first, by <see cref="PrepareAsync"/>.</returns>
    /// <exception cref="ChatForbiddenException">The owner is banned.</exception>
    public bool TryBegin(ReadOnlySpan<RedisValue> values, out RoomChange? change)
    {
        change = null;
        var now = Situation(values);
        var (set, member) = MemberDecisions.Create(now, rules, owner is not null);
        _joins = member.JoinedSince(now.Target);
        if (_joins && !_isListed)
        {
            return false;
        }

        if (!ReferenceEquals(set, now.Rules))
        {
            change = Begin(change, MemberEffects.SettingsKind, MemberEffects.RulesSubject).Rules(context.Keys, room, set, by: null);
        }

        if (!ReferenceEquals(member, now.Target))
        {
            change = Begin(change, MemberEffects.MemberKind, EscapedId.Word(owner!))
                .Member(context.Keys, room, now.Target, member.ToStore(now.Target, now.Now), by: null, reason: null);
            if (values[0].IsNull && ReferenceEquals(set, now.Rules))
            {
                change.FirstRules(context.Keys, room);
            }
        }

        change?.Mark(RightLetters.HasRules);
        return true;
    }

    /// <summary>Adds the conditions: the values are still those that were decided on.</summary>
    public void Expect(RoomChange change, ReadOnlySpan<RedisValue> values)
    {
        change.Expect(context.Keys.Room(room), RuleText.Field, values[0]).Expect(context.Keys.Room(room), MemberEffects.OwnersField, values[1]);
        for (var i = 0; i < _users.Length; i++)
        {
            change.Expect(context.Keys.Members(room), _users[i], values[2 + i]);
        }
    }

    /// <summary>Adds the room to the list of the owner's rooms, if the last decision requires that; then the change can be made.</summary>
    /// <returns>Whether it did.</returns>
    public async ValueTask<bool> PrepareAsync(CancellationToken cancellationToken)
    {
        if (!_joins || _isListed)
        {
            return false;
        }

        await RedisMembers.BeforeAsync(lists.AddAsync(owner!, room, cancellationToken)).ConfigureAwait(false);
        _isListed = true;
        return true;
    }

    /// <summary>Lists the room among the owner's, in case another call removed it in between; also if an earlier attempt did not get there.</summary>
    /// <param name="values">The values that were read, if the room had settings already; otherwise <see langword="null"/>.</param>
    /// <param name="cancellationToken">Stops waiting.</param>
    public async ValueTask ConfirmAsync(RedisValue[]? values, CancellationToken cancellationToken)
    {
        if (values is null ? !_joins : !Situation(values).Target.IsMember)
        {
            return;
        }

        try
        {
            await lists.ConfirmAsync(owner!, room, cancellationToken).ConfigureAwait(false);
        }
        catch (ChatException e) when (values is null && e is not ChatUnavailableException { MayHaveHappened: true })
        {
            // The membership has begun.
            throw RedisErrors.MayBeSent(e);
        }
    }

    private MemberSituation Situation(ReadOnlySpan<RedisValue> values) =>
        members.Situation(room, owner ?? "", actor: null, [_time + Micros.FromSpan(context.Time.GetElapsedTime(_start)), .. values]);

    private RoomChange Begin(RoomChange? change, char kind, RedisValue subject) =>
        change?.Event(kind, subject) ?? new RoomChange(context.Keys, room, kind, subject, RoomPermit.Application).Create();
}
