using StackExchange.Redis;

namespace RedisChat.Redis;

/// <summary>Builds the call of <c>user_room_read</c>.</summary>
internal static class UserRoomCall
{
    private static readonly RedisScript Script = new("user_room_read.lua");

    /// <summary>Sends the call before it returns.</summary>
    /// <param name="database">The database.</param>
    /// <param name="keys">Names the keys.</param>
    /// <param name="room">The room.</param>
    /// <param name="user">The user.</param>
    /// <param name="last">The room's last message id, as far as it is known: decides which buckets the script reads.</param>
    /// <param name="usesMentions">Whether the room uses mentions, as far as it is known.</param>
    public static ValueTask<RespResult> RunAsync(IDatabase database, KeyNames keys, string room, string user, long last, bool usesMentions)
    {
        var bucket = Buckets.Of(last);
        RedisKeyOrValue[] mentions = usesMentions ? [(RedisKey)keys.MentionsOf(room, user), (RedisKey)keys.Mentions(room)] : [];
        RedisKeyOrValue[] above = ThreadId.IsThread(room) ? [(RedisKey)keys.Rules(room), (RedisKey)keys.RuledMembers(room)] : [];
        RedisKeyOrValue[] isThread = above.Length > 0 ? [(RedisValue)"^"] : [];
        RedisKeyOrValue[] words =
        [
            default(RedisKeyOrValue), default(RedisKeyOrValue),
            (RedisKey)keys.Room(room), (RedisKey)keys.Read(room), (RedisKey)keys.Members(room), (RedisKey)keys.Author(room, user), (RedisKey)keys.Sealed(room),
            (RedisKey)keys.Bucket(room, bucket), (RedisKey)keys.Bucket(room, Math.Max(bucket - 1, 0)), .. mentions, .. above,
            (RedisValue)user, (RedisValue)bucket, (RedisValue)ChatLimits.MaxUnread, .. isThread,
        ];
        return Script.RunAsync(database, words, keys: 7 + mentions.Length + above.Length, CommandFlags.DemandMaster);
    }
}
