using System.Globalization;
using StackExchange.Redis;

namespace RedisChat.Redis;

/// <summary>The entries of the indexes of a room that follow from its messages.</summary>
internal sealed class MessageIndexes(KeyNames keys, string room)
{
    private readonly UserNames _names = new();

    /// <summary>The entries of a message in sorted sets: key, member and score.</summary>
    public IEnumerable<(string Key, RedisValue Member, double Score)> Entries(Message message)
    {
        foreach (var (key, member) in MentionIndex.Entries(keys, room, message, message.Mentions))
        {
            yield return (key, member, 0);
        }

        if (message.ExpiresAt is { } at)
        {
            yield return (keys.Expires(room), message.Id, Micros.FromTime(at));
        }
    }

    /// <summary>The list of ids that a message is in.</summary>
    public string Author(Message message) => keys.Author(room, message.User);

    /// <summary>An id as it is in such a list.</summary>
    public static string Listed(long id) => string.Create(CultureInfo.InvariantCulture, $"{id},");

    /// <summary>Reads a stored message; <see langword="null"/> if the value is not a message. Of an encrypted one, what the indexes need is not encrypted.</summary>
    public Message? TryRead(long id, ReadOnlySpan<byte> value) =>
        EncryptedJson.TryReadOpen(id, value, out var message, _names) ? message : null;
}
