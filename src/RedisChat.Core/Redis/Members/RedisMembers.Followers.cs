using StackExchange.Redis;

namespace RedisChat.Redis;

/// <content>Those who follow a thread: its members. The rules, and their rights, are in the room that the thread belongs to, which is in the same slot.</content>
internal sealed partial class RedisMembers
{
    private async ValueTask<MemberSituation> ReadFollowerAsync(string thread, string user, CancellationToken cancellationToken)
    {
        var (time, values) = await ReadFollowerValuesAsync(thread, user, cancellationToken).ConfigureAwait(false);
        return Follower(thread, user, time, values);
    }

    /// <summary>The server's time in µs; the rules, the user's entry among the room's members, the one among the followers, and the thread's summary.</summary>
    private async ValueTask<(long Time, RedisValue[] Values)> ReadFollowerValuesAsync(string thread, string user, CancellationToken cancellationToken)
    {
        var room = ThreadId.RuledBy(thread);
        var following = context.Calls.RunAsync(
            (Hash: (RedisKey)Hash(thread), User: user, Summaries: (RedisKey)context.Keys.Threads(room), Message: MessageOf(thread)),
            static async (database, call, token) =>
            {
                var asked = database.HashGetAsync(call.Summaries, call.Message, CommandFlags.DemandMaster).Observed();
                var entry = await database.HashGetAsync(call.Hash, call.User, CommandFlags.DemandMaster).UntilAsync(token).ConfigureAwait(false);
                return (Entry: entry, Summary: await asked.UntilAsync(token).ConfigureAwait(false));
            },
            cancellationToken).AsTask();
        following.Observe();
        var read = await Reads.ReadAsync(room, user, cancellationToken).ConfigureAwait(false);
        var (entry, summary) = await following.ConfigureAwait(false);
        return ((long)read[0], [read[1], read[3], entry, summary]);
    }

    private MemberSituation Follower(string thread, string user, long time, RedisValue[] values)
    {
        var room = ThreadId.RuledBy(thread);
        return new MemberSituation
        {
            Rules = ReadRules(room, values[0]),
            Actor = Read(room, user, values[1]),
            Target = Read(thread, user, values[2]),
            Now = Micros.ToTime(time),
        };
    }

    /// <summary>Reads, decides and changes, until nobody else changes anything in between.</summary>
    private async ValueTask ChangeFollowerAsync(string thread, string user, Actor actor, Func<MemberSituation, RoomChange, bool> decide, CancellationToken cancellationToken)
    {
        var (time, values) = (0L, Array.Empty<RedisValue>());
        await BeforeAsync(ReadAsync()).ConfigureAwait(false);
        var start = context.Time.GetTimestamp();
        await changer.RunAsync(thread, values, Decide, cancellationToken).ConfigureAwait(false);

        async ValueTask ReadAsync() => (time, values) = await ReadFollowerValuesAsync(thread, user, cancellationToken).ConfigureAwait(false);

        RoomChange? Decide(RoomState state)
        {
            var now = Follower(thread, user, time + Micros.FromSpan(context.Time.GetElapsedTime(start)), state.Values);
            var summaries = context.Keys.Threads(ThreadId.RuledBy(thread));
            var change = new RoomChange(context.Keys, thread, MemberEffects.MemberKind, EscapedId.Word(user), RoomPermit.Application)
                .Create().Acts(actor)
                .Expect(context.Keys.Rules(thread), RuleText.Field, state.Values[0])
                .Expect(context.Keys.RuledMembers(thread), user, state.Values[1])
                .Expect(Hash(thread), user, state.Values[2])
                .ExpectAny(summaries, MessageOf(thread));
            if (!decide(now, change))
            {
                return null;
            }

            // A thread is listed in its room by its first reply, so that it is found when its message or the room is deleted.
            return state.Values[3].IsNull ? throw ParentNotFound.WithoutThread(MessageOf(thread)) : change;
        }
    }

    private static long MessageOf(string thread) => ThreadId.TrySplit(thread, out _, out var message) ? message : 0;
}
