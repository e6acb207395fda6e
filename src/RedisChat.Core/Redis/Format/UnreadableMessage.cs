using System.Globalization;

namespace RedisChat.Redis;

/// <summary>The one wording for a hash field that should hold a message, or a sealed bucket of them, and does not.</summary>
internal static class UnreadableMessage
{
    public static ChatDataException Error(KeyNames keys, string room, long id, bool isSealed)
    {
        var bucket = id / Buckets.Size;
        var key = isSealed ? keys.Sealed(room) : keys.Bucket(room, bucket);
        var field = (isSealed ? bucket : id).ToString(CultureInfo.InvariantCulture);
        return new ChatDataException(isSealed
            ? $"Field {field} of the hash '{key}' is no sealed bucket, or has no message at {id.ToString(CultureInfo.InvariantCulture)} that can be read. Look at it as docs/keys.md says; it cannot be mended but from a backup."
            : $"Field {field} of the hash '{key}' holds no message. Look at it with HGET; remove it with HDEL if it is of no use.")
        {
            Key = key,
            Field = field,
        };
    }
}
