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
    /// <param name="keys">Names the keys.</param>
    /// <param name="room">The room.</param>
    /// <param name="id">The message.</param>
    /// <param name="isSealed">Whether it is in a sealed bucket.</param>
    /// <param name="problem">If the value is encrypted, why it cannot be decrypted.</param>
    public static ChatDataException Error(KeyNames keys, string room, long id, bool isSealed, EncryptionProblem? problem = null)
    {
        var (key, field) = Place(keys, room, id, isSealed);
        return new ChatDataException(
            problem is not null ? problem.Describe($"Field {field} of the hash '{key}'", keys.DataKeys(room))
            : isSealed
            ? $"Field {field} of the hash '{key}' is not a sealed bucket, or its message {id.ToString(CultureInfo.InvariantCulture)} cannot be read. docs/keys.md describes how to inspect it; only a backup can restore it."
            : $"Field {field} of the hash '{key}' does not hold a message. Inspect it with HGET; remove it with HDEL if you do not need it.")
        {
            Key = key,
            Field = field,
        };
    }

    /// <summary>The same for a message that was found.</summary>
    public static ChatDataException Error(KeyNames keys, string room, StoredMessage found) => Error(keys, room, found.Id, found.IsSealed, found.Problem);

    private static (string Key, string Field) Place(KeyNames keys, string room, long id, bool isSealed)
    {
        var bucket = id / Buckets.Size;
        return (isSealed ? keys.Sealed(room) : keys.Bucket(room, bucket), (isSealed ? bucket : id).ToString(CultureInfo.InvariantCulture));
    }
}
