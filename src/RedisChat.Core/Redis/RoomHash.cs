using System.Globalization;
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

        // The scripts compare it as text, so there is only one way to write it.
        if (!ulong.TryParse((string?)values[0], NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out var epoch)
            || epoch == 0 || values[0] != epoch.ToString("x", CultureInfo.InvariantCulture))
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
}
