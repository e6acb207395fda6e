using StackExchange.Redis;

namespace RedisChat.Redis;

/// <summary>Builds the call of <c>mentions_read</c>, and reads its answer.</summary>
internal static class MentionsCall
{
    private static readonly RedisScript Script = new("mentions_read.lua");

    public static ValueTask<RespResult> RunAsync(IDatabase database, KeyNames keys, string room, string user, long before, int most)
    {
        RedisKeyOrValue[] above = ThreadId.IsThread(room) ? [(RedisKey)keys.Rules(room)] : [];
        RedisKeyOrValue[] words =
        [
            default(RedisKeyOrValue), default(RedisKeyOrValue),
            (RedisKey)keys.Room(room), (RedisKey)keys.RuledMembers(room), (RedisKey)keys.MentionsOf(room, user), (RedisKey)keys.Mentions(room), .. above,
            (RedisValue)user, (RedisValue)before, (RedisValue)most,
        ];
        return Script.RunAsync(database, words, keys: 4 + above.Length, CommandFlags.DemandMaster);
    }

    /// <summary>The ids in an answer, newest first.</summary>
    /// <param name="answer">The answer.</param>
    /// <param name="last">The room's last message id.</param>
    /// <exception cref="ChatForbiddenException">The rules refuse it.</exception>
    public static List<long> Read(RespResult answer, out long last)
    {
        var reader = answer.Read();
        var count = reader.AggregateLength();
        reader.MoveNext();
        var outcome = reader.ReadInt64();
        reader.MoveNext();
        last = reader.ReadInt64();
        if (outcome == 2)
        {
            reader.MoveNext();
            throw RuleRefusal.Error(reader.ReadString()!, last, RoomRights.Read);
        }

        var ids = new List<long>();
        for (var i = 2; i < count; i++)
        {
            reader.MoveNext();
            ids.Add(reader.ReadInt64());
        }

        return ids;
    }
}
