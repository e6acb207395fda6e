using System.Text;
using StackExchange.Redis;

namespace RedisChat.Redis;

/// <summary>The answer of <c>user_room_read</c>.</summary>
/// <param name="Position">The room's position.</param>
/// <param name="Uses">The letters of the features that the room uses.</param>
/// <param name="Member">The user's entry among the members, if there is one.</param>
/// <param name="MayRead">Whether the user may read.</param>
/// <param name="Marker">The user's marker, if there is one.</param>
/// <param name="Found">The unread messages that were found; -1 if the script was given another bucket than the room's newest one.</param>
/// <param name="Lowest">The lowest id that was looked at.</param>
/// <param name="Newest">The id of the newest message; 0 if it was not found.</param>
/// <param name="Value">The stored value of the newest message.</param>
/// <param name="Mentions">The unread messages that mention the user, counted up to one more than <see cref="ChatLimits.MaxUnread"/>.</param>
internal readonly record struct UserRoomReply(
    RoomPosition Position, string Uses, string? Member, bool MayRead, string? Marker, int Found, long Lowest, long Newest, byte[]? Value, int Mentions)
{
    public static UserRoomReply Read(RespResult answer, KeyNames keys, string room)
    {
        var reader = answer.Read();
        var hasMentions = reader.AggregateLength() > 12;
        var epoch = Bytes(ref reader);
        var last = Bytes(ref reader);
        var at = Bytes(ref reader);
        var revision = Bytes(ref reader);
        var isBeingDeleted = epoch is [(byte)'!'];
        var position = epoch is null || isBeingDeleted ? RoomPosition.Start
            : StrictNumber.TryReadEpoch(epoch, out var number) && TryRead(last, out var id) && TryRead(at, out var stamp) && TryRead(revision, out var changed)
                ? new RoomPosition(number, id, stamp, changed)
                : throw new ChatDataException($"The hash '{keys.Room(room)}' has no valid counters. Another program may be using the same key prefix.")
                {
                    Key = keys.Room(room),
                };
        return new UserRoomReply(
            position, Text(ref reader) ?? (isBeingDeleted ? RoomCounters.BeingDeleted : ""), Text(ref reader), Number(ref reader) == 1, Text(ref reader), (int)Number(ref reader), Number(ref reader),
            Number(ref reader), Bytes(ref reader), hasMentions ? (int)Number(ref reader) : 0);
    }

    private static bool TryRead(byte[]? text, out long number)
    {
        number = 0;
        return text is null || StrictNumber.TryRead(text, out number);
    }

    private static byte[]? Bytes(ref RESPite.Messages.RespReader reader)
    {
        reader.MoveNext();
        return reader.IsNull ? null : reader.ReadByteArray();
    }

    private static string? Text(ref RESPite.Messages.RespReader reader) => Bytes(ref reader) is { } bytes ? Encoding.UTF8.GetString(bytes) : null;

    private static long Number(ref RESPite.Messages.RespReader reader)
    {
        reader.MoveNext();
        return reader.ReadInt64();
    }
}
