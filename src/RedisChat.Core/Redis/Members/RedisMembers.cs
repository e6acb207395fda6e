using System.Globalization;
using StackExchange.Redis;

namespace RedisChat.Redis;

/// <summary>Stores members in a hash, and the rules in the room's own: see <see cref="MemberText"/> and <see cref="RuleText"/>.</summary>
/// <remarks>
/// A change is decided here, on values that the script compares with the stored ones before it writes. So the decision holds in the step that makes the
/// change, whatever happens in between.
/// </remarks>
internal sealed partial class RedisMembers(RedisStoreContext context, RoomChanger changer, IMembershipList lists) : IMemberStore, IOpenRooms
{
    // The most HSCAN calls for one list. Redis returns a small hash as a whole.
    private const int MostScans = 20;

    /// <summary>Reads what a change is decided on.</summary>
    public MemberReads Reads { get; } = new(context);

    public async ValueTask<MemberSituation> ReadMemberAsync(string room, string user, CancellationToken cancellationToken) =>
        ThreadId.IsThread(room) ? await ReadFollowerAsync(room, user, cancellationToken).ConfigureAwait(false) : Situation(room, user, actor: null, await Reads.ReadAsync(room, user, cancellationToken).ConfigureAwait(false));

    // The rules of a thread are elsewhere.
    public bool IsOpenAt(string room, RoomPosition position) => !ThreadId.IsThread(room) && context.Rooms.TryGet(room, out var known) && known.IsOpenAt(position);

    public ValueTask<MemberPage> ReadMembersAsync(string room, MemberFilter filter, string? cursor, int limit, CancellationToken cancellationToken)
    {
        var from = 0UL;
        if (cursor is not null && !ulong.TryParse(cursor, NumberStyles.None, CultureInfo.InvariantCulture, out from))
        {
            throw new ChatInputException("The cursor is not one that was returned before.", nameof(cursor));
        }

        return context.Calls.RunAsync(
            (Members: this, Room: room, Filter: filter, From: from, Limit: limit),
            static async (database, call, token) =>
            {
                var now = await call.Members.ReadTimeAsync(database, call.Room, token).ConfigureAwait(false);
                var (found, next) = (new List<RoomMember>(), call.From);
                for (var scan = 0; scan < MostScans && found.Count < call.Limit && (scan == 0 || next != 0); scan++)
                {
                    var answer = (RedisResult[])(await database.ExecuteAsync(
                        "HSCAN", [(RedisKey)call.Members.Hash(call.Room), next, "COUNT", call.Limit], CommandFlags.DemandMaster).UntilAsync(token).ConfigureAwait(false))!;
                    next = (ulong)answer[0];
                    var fields = (RedisValue[])answer[1]!;
                    for (var i = 0; i + 1 < fields.Length; i += 2)
                    {
                        var member = call.Members.Read(call.Room, fields[i]!, fields[i + 1]);
                        if (member.IsListed(call.Filter, now))
                        {
                            found.Add(member);
                        }
                    }
                }

                return new MemberPage { Members = found, Cursor = next == 0 ? null : next.ToString(CultureInfo.InvariantCulture) };
            },
            cancellationToken);
    }

    public async ValueTask<RoomMember> ChangeMemberAsync(
        string room, string user, Actor actor, Func<MemberSituation, RoomMember> decide, string? reason, CancellationToken cancellationToken)
    {
        var (result, isSame, joins, leaves) = (new RoomMember { User = user }, false, false, false);
        RedisValue? entry = null;
        var isListed = false;
        while (true)
        {
            await ChangeAsync(room, user, actor, Decide, cancellationToken).ConfigureAwait(false);

            // A change that begins or ends a membership is made in a second pass, when the list is prepared: see IMembershipList.
            if (joins && !isListed)
            {
                await BeforeAsync(lists.AddAsync(user, room, cancellationToken)).ConfigureAwait(false);
                isListed = true;
            }
            else if (leaves && entry is null)
            {
                await BeforeAsync(ReadEntryAsync()).ConfigureAwait(false);
            }
            else
            {
                break;
            }
        }

        await AfterAsync().ConfigureAwait(false);
        return result;

        bool Decide(MemberSituation now, RoomChange change)
        {
            var (before, after) = (now.Target, decide(now));
            result = after;
            isSame = ReferenceEquals(after, before);
            joins = after.JoinedSince(before);
            leaves = before.IsMember && !after.IsMember;
            if (isSame || (joins && !isListed) || (leaves && entry is null))
            {
                return false;
            }

            result = after = after.ToStore(before, now.Now);
            change.Member(context.Keys, room, before, after, actor.UserId, reason);
            return true;
        }

        async ValueTask ReadEntryAsync() => entry = await lists.ReadEntryAsync(user, room, cancellationToken).ConfigureAwait(false);

        async ValueTask AfterAsync()
        {
            try
            {
                if (leaves)
                {
                    await lists.RemoveAsync(user, room, entry!.Value, cancellationToken).ConfigureAwait(false);
                }
                else if (joins || (isSame && result.IsMember))
                {
                    await lists.ConfirmAsync(user, room, cancellationToken).ConfigureAwait(false);
                }
            }
            catch (ChatException e) when (leaves)
            {
                // The membership has ended. Whoever reads the list repairs it.
                ChatLog.RepairFailed(context.Logger, e);
            }
            catch (ChatException e) when (joins && e is not ChatUnavailableException { MayHaveHappened: true })
            {
                // The membership has begun.
                throw RedisErrors.MayBeSent(e);
            }
        }
    }

    /// <summary>Takes a step before the change: if it is canceled, nothing was changed.</summary>
    public static async ValueTask BeforeAsync(ValueTask step)
    {
        try
        {
            await step.ConfigureAwait(false);
        }
        catch (OperationCanceledException e)
        {
            throw RedisErrors.NotSent(e);
        }
    }

    public async ValueTask<RuleSet> ChangeRulesAsync(string room, Actor actor, Func<MemberSituation, RuleSet> decide, CancellationToken cancellationToken)
    {
        var result = RuleSet.Open;
        await ChangeAsync(room, null, actor, Decide, cancellationToken).ConfigureAwait(false);
        return result;

        bool Decide(MemberSituation now, RoomChange change)
        {
            result = decide(now);
            if (ReferenceEquals(result, now.Rules))
            {
                return false;
            }

            change.Rules(context.Keys, room, result, actor.UserId);
            return true;
        }
    }

    /// <summary>Reads, decides and changes, until nobody else changes anything in between.</summary>
    /// <param name="room">The room.</param>
    /// <param name="user">The member who changes; <see langword="null"/> if the rules change.</param>
    /// <param name="actor">Who makes the change.</param>
    /// <param name="decide">Adds the effects to the change; returns whether there is a change.</param>
    /// <param name="cancellationToken">Stops waiting.</param>
    private async ValueTask ChangeAsync(
        string room, string? user, Actor actor, Func<MemberSituation, RoomChange, bool> decide, CancellationToken cancellationToken)
    {
        if (ThreadId.IsThread(room))
        {
            await ChangeFollowerAsync(room, user ?? throw new NotSupportedException("A thread has no rules of its own."), actor, decide, cancellationToken).ConfigureAwait(false);
            return;
        }

        string[] users = [.. new[] { user, actor.UserId }.OfType<string>().Distinct(StringComparer.Ordinal)];
        RedisValue[] read;
        try
        {
            read = await Reads.ReadAsync(room, users, cancellationToken).ConfigureAwait(false);
        }
        catch (OperationCanceledException e)
        {
            throw RedisErrors.NotSent(e);
        }

        var (time, start) = ((long)read[0], context.Time.GetTimestamp());
        await changer.RunAsync(room, read[1..], Decide, cancellationToken).ConfigureAwait(false);

        RoomChange? Decide(RoomState state)
        {
            RedisValue[] values = [time + Micros.FromSpan(context.Time.GetElapsedTime(start)), .. state.Values];
            var now = Situation(room, user ?? actor.UserId ?? "", actor.UserId, values);
            var change = user is null
                ? new RoomChange(context.Keys, room, MemberEffects.SettingsKind, MemberEffects.RulesSubject, RoomPermit.Application)
                : new RoomChange(context.Keys, room, MemberEffects.MemberKind, EscapedId.Word(user), RoomPermit.Application);
            change.Create().Acts(actor)
                .Expect(context.Keys.Room(room), RuleText.Field, state.Values[0])
                .Expect(context.Keys.Room(room), MemberEffects.OwnersField, state.Values[1]);
            for (var i = 0; i < users.Length; i++)
            {
                change.Expect(Hash(room), users[i], state.Values[2 + i]);
            }

            if (!decide(now, change))
            {
                return null;
            }

            if (state.Values[0].IsNull && user is not null)
            {
                change.FirstRules(context.Keys, room);
            }

            return change.Mark(RightLetters.HasRules);
        }
    }

    private async Task<DateTimeOffset> ReadTimeAsync(IDatabase database, string room, CancellationToken cancellationToken) =>
        Micros.ToTime((long)(await Reads.ReadAsync(database, room, [], cancellationToken).ConfigureAwait(false))[0]);

    /// <summary>The situation in an answer of <c>members_read</c>, whose users are the target and, if it is another one, the actor.</summary>
    public MemberSituation Situation(string room, string target, string? actor, RedisValue[] values)
    {
        var rules = ReadRules(room, values[1]);
        var user = values.Length > 3 ? Read(room, target, values[3]) : new RoomMember { User = target };
        return new MemberSituation
        {
            Rules = rules,
            Target = user,
            Actor = actor is null ? null : actor == target ? user : Read(room, actor, values[4]),
            Owners = values[2].IsNull ? 0 : (long)values[2],
            Now = Micros.ToTime((long)values[0]),
        };
    }

    private string Hash(string room) => context.Keys.Members(room);

    private RoomMember Read(string room, string user, RedisValue text) =>
        text.IsNull ? new RoomMember { User = user }
        : MemberText.TryRead(user, text, out var member, out _) ? member
        : throw UnreadableMember(context.Keys, room);

    private RuleSet ReadRules(string room, RedisValue text) =>
        text.IsNull ? RuleSet.Open
        : RuleText.TryRead(text, out var rules, out _) ? rules
        : throw UnreadableRules(context.Keys, room);

    /// <summary>The error for an entry that is not a member. It does not repeat the user's id.</summary>
    public static ChatDataException UnreadableMember(KeyNames keys, string room) =>
        new($"A field of the hash '{keys.Members(room)}' is not a member. Another program may be using the same key prefix.") { Key = keys.Members(room) };

    /// <summary>The error for rules that cannot be read.</summary>
    public static ChatDataException UnreadableRules(KeyNames keys, string room) =>
        new($"Field {RuleText.Field} of the hash '{keys.Room(room)}' does not hold rules. Another program may be using the same key prefix.")
        {
            Key = keys.Room(room),
            Field = RuleText.Field,
        };
}
