using StackExchange.Redis;

namespace RedisChat.Redis;

/// <summary>Builds the call of <c>read_mark</c>, and reads its answer.</summary>
internal static class MarkCall
{
    private static readonly RedisScript Script = new("read_mark.lua");

    public static ValueTask<RespResult> RunAsync(IDatabase database, KeyNames keys, string publish, string room, string user, long messageId, bool back)
    {
        RedisKeyOrValue[] above = ThreadId.IsThread(room) ? [(RedisKey)keys.Rules(room)] : [];
        RedisKeyOrValue[] words =
        [
            default(RedisKeyOrValue), default(RedisKeyOrValue),
            (RedisKey)keys.Room(room), (RedisKey)keys.Read(room), (RedisKey)keys.RuledMembers(room), (RedisKey)keys.Live(room), .. above,
            (RedisValue)publish, (RedisValue)user, (RedisValue)messageId, (RedisValue)(back ? 1 : 0),
        ];
        return Script.RunAsync(database, words, keys: 4 + above.Length, CommandFlags.DemandMaster);
    }

    /// <summary>The marker in an answer.</summary>
    /// <exception cref="ChatInputException">The message does not exist.</exception>
    /// <exception cref="ChatForbiddenException">The rules refuse it.</exception>
    public static ReadMarker Read(RespResult answer, string user, long messageId)
    {
        var reader = answer.Read();
        reader.MoveNext();
        var outcome = reader.ReadInt64();
        reader.MoveNext();
        var number = reader.ReadInt64();
        if (outcome == 0)
        {
            throw MarkerInput.BeyondLast(messageId, number);
        }

        reader.MoveNext();
        return outcome == 2
            ? throw RuleRefusal.Error(reader.ReadString()!, number, RoomRights.Read)
            : new ReadMarker { User = user, MessageId = number, At = Micros.ToTime(reader.ReadInt64()) };
    }
}
