using System.Globalization;

namespace RedisChat.Redis;

/// <summary>The one wording for a hash field that should hold a message and does not.</summary>
internal static class UnreadableMessage
{
    public static ChatDataException Error(IRoomKeyScheme keys, string room, long id, string operation)
    {
        var key = keys.Bucket(room, id / RedisMessageStore.BucketSize);
        var field = id.ToString(CultureInfo.InvariantCulture);
        return new ChatDataException(
            $"Field {field} of the hash '{key}' holds no message. Look at it with HGET; remove it with HDEL if it is of no use.")
        {
            Room = room,
            Operation = operation,
            Key = key,
            Field = field,
        };
    }
}
