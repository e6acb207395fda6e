using StackExchange.Redis;

namespace RedisChat.Redis;

/// <summary>The least id that a message of a room can have: its field <c>first</c>, which only rooms have that were trimmed.</summary>
internal static class HistoryStart
{
    /// <summary>The field.</summary>
    public const string Field = "first";

    /// <summary>Requests the field, if the room may have it; <see langword="null"/> if not.</summary>
    public static Task? Ask(RoomReads reads, KeyNames keys, string room, bool mayHaveIt) =>
        mayHaveIt ? reads.HashGetAsync(new RedisKeyOrValue[] { (RedisKey)keys.Room(room), (RedisValue)Field }) : null;

    /// <summary>The least id, 1 in a room that was never trimmed.</summary>
    /// <param name="reads">Reads the field.</param>
    /// <param name="keys">Names the key.</param>
    /// <param name="room">The room.</param>
    /// <param name="uses">The letters of the features that the room uses.</param>
    /// <param name="asked">The request, if it was sent before.</param>
    public static async ValueTask<long> ReadAsync(RoomReads reads, KeyNames keys, string room, string uses, Task? asked = null)
    {
        asked ??= Ask(reads, keys, room, uses.Contains(RoomCounters.Expires, StringComparison.Ordinal));
        if (asked is null)
        {
            return 1;
        }

        await asked.ConfigureAwait(false);
        using var values = HashValues.Of(asked);
        return values.Read().TryNext(out var text) ? Parse(keys, room, text) : 1;
    }

    /// <summary>Parses the field.</summary>
    public static long Parse(KeyNames keys, string room, ReadOnlySpan<byte> text) =>
        StrictNumber.TryRead(text, out var first) && first > 0 ? first
            : throw new ChatDataException($"Field {Field} of the hash '{keys.Room(room)}' is not what the chat writes there. Another program may be using the same key prefix.")
            {
                Key = keys.Room(room),
                Field = Field,
            };
}
