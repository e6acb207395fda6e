using System.Globalization;

namespace RedisChat.Redis;

/// <summary>How lines of an export become fields of hashes.</summary>
internal static class TransferFields
{
    /// <summary>Adds a field of a hash.</summary>
    public static void AddField(TransferCalls calls, TransferScope scope, WriteBatch batch, TransferPart part, string key, string? user, byte[]? value)
    {
        var hash = part == TransferParts.Scheduled ? calls.Keys.Scheduled(scope.Id, user ?? "") : part.Key!(calls.Keys, scope.Id);
        if (value is null)
        {
            batch.Delete(hash, key);
            return;
        }

        batch.Set(hash, key, value);
    }

    /// <summary>The hash of a group of fields.</summary>
    public static string GroupKey(KeyNames keys, string room, TransferPart part, long id) => part.Key is { } key ? key(keys, room) : keys.Feature(room, part.Letter, Buckets.Of(id));

    /// <summary>A field of a group.</summary>
    public static string GroupField(long id, string name) => name.Length == 0 ? id.ToString(CultureInfo.InvariantCulture) : string.Create(CultureInfo.InvariantCulture, $"{id}:{name}");
}
