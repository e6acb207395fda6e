using System.Buffers.Text;
using StackExchange.Redis;

namespace RedisChat.Redis;

/// <summary>The fields of a room's hash that a reader needs.</summary>
internal static class RoomHash
{
    private static readonly RedisValue[] Fields = ["epoch", "last", "at", "rev"];

    /// <summary>Asks for the room's position.</summary>
    public static Task<RedisValue[]> ReadAsync(RoomReads reads, IRoomKeyScheme keys, string room) =>
        reads.HashGetAsync(keys.Room(room), Fields);

    /// <summary>The position that the values of <see cref="ReadAsync"/> tell; the start if there is no room.</summary>
    public static RoomPosition Position(RedisValue[] values, IRoomKeyScheme keys, string room)
    {
        if (values[0].IsNull && values[1].IsNull)
        {
            return RoomPosition.Start;
        }

        if (!TryReadEpoch(values[0], out var epoch))
        {
            throw Unreadable(0);
        }

        if (values[1].IsNull)
        {
            throw Unreadable(1);
        }

        return new RoomPosition(epoch, Number(1), Number(2), Number(3));

        long Number(int field) =>
            values[field].IsNull ? 0
            : values[field].TryParse(out long number) && number is >= 0 and <= ChatLimits.MaxMessageId ? number
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

    // Without a string, for a process that watches many rooms reads very many of them.
    private static bool TryReadEpoch(RedisValue value, out ulong epoch)
    {
        Span<byte> text = stackalloc byte[16];
        Span<byte> usual = stackalloc byte[16];
        epoch = 0;
        if (value.GetByteCount() is var length && length > text.Length)
        {
            return false;
        }

        text = text[..value.CopyTo(text)];

        // The scripts compare it as text, so there is only one way to write it.
        return Utf8Parser.TryParse(text, out epoch, out _, 'x')
            && epoch != 0
            && Utf8Formatter.TryFormat(epoch, usual, out var usualLength, 'x')
            && text.SequenceEqual(usual[..usualLength]);
    }
}
