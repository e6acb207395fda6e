using StackExchange.Redis;

namespace RedisChat.Redis;

/// <summary>Where earlier versions of messages are stored: one hash per bucket of messages. Field <c>id:version</c> holds the value that the message had.</summary>
internal static class VersionKeys
{
    /// <summary>The feature's letter: in the room's field <c>uses</c>, and in the name of its keys.</summary>
    public const char Letter = 'v';

    public static string Hash(KeyNames keys, string room, long messageId) => keys.Feature(room, Letter, Buckets.Of(messageId));

    public static RedisValue OfMessage(long id) => id;

    public static RedisValue Field(long id, int version) => $"{id}:{version}";

    /// <summary>Reads such a field.</summary>
    public static bool TryRead(string field, out long id, out int version)
    {
        var colon = field.IndexOf(':', StringComparison.Ordinal);
        version = 0;
        return StrictNumber.TryRead(colon < 0 ? field : field.AsSpan(0, colon), out id) && colon > 0
            && int.TryParse(field.AsSpan(colon + 1), System.Globalization.NumberStyles.None, System.Globalization.CultureInfo.InvariantCulture, out version);
    }
}
