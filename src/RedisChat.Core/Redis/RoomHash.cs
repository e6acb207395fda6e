using System.Buffers.Text;
using System.Runtime.CompilerServices;
using StackExchange.Redis;

namespace RedisChat.Redis;

/// <summary>The fields of a room's hash that a reader needs.</summary>
internal static class RoomHash
{
    private const int LongestEpoch = 16;

    private static readonly string[] Fields = ["epoch", "last", "at", "rev"];

    /// <summary>The room's position; the start if there is no room. Is asked for when this returns.</summary>
    /// <exception cref="ChatDataException">The fields are not what the chat writes there.</exception>
    [AsyncMethodBuilder(typeof(PoolingAsyncValueTaskMethodBuilder<>))]
    public static async ValueTask<RoomPosition> ReadAsync(RoomReads reads, IRoomKeyScheme keys, string room)
    {
        RedisKeyOrValue[] words = [(RedisKey)keys.Room(room), (RedisValue)Fields[0], (RedisValue)Fields[1], (RedisValue)Fields[2], (RedisValue)Fields[3]];
        using var values = await reads.HashGetAsync(words).ConfigureAwait(false);
        return Position(values, keys, room);
    }

    private static RoomPosition Position(HashValues values, IRoomKeyScheme keys, string room)
    {
        var reader = values.Read();
        var hasEpoch = reader.TryNext(out var epochText);
        var hasLast = reader.TryNext(out var lastText);
        if (!hasEpoch && !hasLast)
        {
            return RoomPosition.Start;
        }

        // The scripts compare it as text, so there is only one way to write it.
        if (epochText.Length > LongestEpoch || !Utf8Parser.TryParse(epochText, out ulong epoch, out var used, 'x') || used != epochText.Length
            || epoch == 0 || epochText[0] == '0' || epochText.ContainsAnyInRange((byte)'A', (byte)'F'))
        {
            throw Unreadable(0);
        }

        if (!hasLast)
        {
            throw Unreadable(1);
        }

        var last = Number(lastText, 1);
        var at = reader.TryNext(out var atText) ? Number(atText, 2) : 0;
        return new RoomPosition(epoch, last, at, reader.TryNext(out var revisionText) ? Number(revisionText, 3) : 0);

        long Number(ReadOnlySpan<byte> text, int field) =>
            Utf8Parser.TryParse(text, out long number, out var digits) && digits == text.Length && number is >= 0 and <= ChatLimits.MaxMessageId
                ? number
                : throw Unreadable(field);

        ChatDataException Unreadable(int field)
        {
            var key = keys.Room(room);
            return new ChatDataException(
                $"Field {Fields[field]} of the hash '{key}' is missing or not what the chat writes there. Another program may be using the same key prefix.")
            {
                Room = room,
                Operation = ChatOperations.Receive,
                Key = key,
                Field = Fields[field],
            };
        }
    }
}
