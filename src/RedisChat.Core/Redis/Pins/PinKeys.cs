using StackExchange.Redis;

namespace RedisChat.Redis;

/// <summary>How pins are stored: field <c>id</c> of one hash, whose value is the revision of the pin, a space, and who pinned the message as JSON.</summary>
internal static class PinKeys
{
    /// <summary>The feature's letter: in the room's field <c>uses</c>, in the change log, and in live events.</summary>
    public const char Letter = 'p';

    public static RedisValue Field(long messageId) => messageId;

    /// <summary>Who acts, as JSON.</summary>
    public static string Details(Actor by) => DeletionJson.Write(by.UserId, null) ?? "{}";

    /// <summary>Parses a stored pin.</summary>
    /// <param name="value">The value.</param>
    /// <param name="revision">The revision of the pin, which is when the message was pinned, in µs.</param>
    /// <param name="by">Who pinned it; null for the application.</param>
    /// <returns>Whether it is one.</returns>
    public static bool TryRead(ReadOnlySpan<byte> value, out long revision, out string? by)
    {
        var end = value.IndexOf((byte)' ');
        by = end < 0 ? null : DeletionJson.ReadDetails(value[(end + 1)..]).User;
        return StrictNumber.TryRead(end < 0 ? value : value[..end], out revision);
    }

    /// <summary>The event of a pin, or of its removal if there is none.</summary>
    /// <param name="keys">Names the keys.</param>
    /// <param name="room">The room.</param>
    /// <param name="messageId">The message.</param>
    /// <param name="value">The stored value; empty if there is none.</param>
    /// <param name="position">The position of the event.</param>
    /// <exception cref="ChatDataException">The value is not a pin.</exception>
    public static RoomEvent Event(KeyNames keys, string room, long messageId, ReadOnlySpan<byte> value, RoomPosition position) =>
        value.IsEmpty ? new RoomEvent.Unpinned(messageId, position)
        : TryRead(value, out var revision, out var by) ? new RoomEvent.Pinned(messageId, Micros.ToTime(revision), position) { By = by }
        : throw Unreadable(keys, room, $"{messageId}");

    public static ChatDataException Unreadable(KeyNames keys, string room, string field) =>
        new($"Field {field} of the hash '{keys.Pins(room)}' does not hold a pin. Inspect it with HGET; remove it with HDEL if you do not need it.")
        {
            Key = keys.Pins(room),
            Field = field,
        };
}
