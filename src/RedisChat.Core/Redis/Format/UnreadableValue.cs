using System.Globalization;

namespace RedisChat.Redis;

/// <summary>A hash field that should hold a message, or a sealed bucket of messages, but does not: as an entry of a page, and as an error.</summary>
internal static class UnreadableValue
{
    /// <summary>The field's entry in a page.</summary>
    public static UnreadableMessage InPage(KeyNames keys, string room, long id, bool isSealed)
    {
        var (key, field) = Place(keys, room, id, isSealed);
        return new UnreadableMessage(id) { Key = key, Field = field };
    }

    /// <summary>The error for a call that needs this message.</summary>
    public static ChatDataException Error(KeyNames keys, string room, long id, bool isSealed)
    {
        var (key, field) = Place(keys, room, id, isSealed);
        return new ChatDataException(isSealed
            ? $"Field {field} of the hash '{key}' is not a sealed bucket, or its message {id.ToString(CultureInfo.InvariantCulture)} cannot be read. docs/keys.md describes how to inspect it; only a backup can restore it."
            : $"Field {field} of the hash '{key}' does not hold a message. Inspect it with HGET; remove it with HDEL if you do not need it.")
        {
            Key = key,
            Field = field,
        };
    }

    private static (string Key, string Field) Place(KeyNames keys, string room, long id, bool isSealed)
    {
        var bucket = id / Buckets.Size;
        return (isSealed ? keys.Sealed(room) : keys.Bucket(room, bucket), (isSealed ? bucket : id).ToString(CultureInfo.InvariantCulture));
    }
}
