using StackExchange.Redis;

namespace RedisChat.Redis;

/// <summary>The answer of <c>room_change</c>.</summary>
/// <param name="IsChanged">Whether the change was made. If not, nothing was written.</param>
/// <param name="Revision">The change's revision; if it was not made, the lowest revision that it could have had.</param>
/// <param name="Values">
/// If the change was made, the new text of each <see cref="RoomChange.Tally"/>. If not, the current value of each <see cref="RoomChange.Expect"/>, in
/// the same order; null for a field that does not exist.
/// </param>
internal readonly record struct RoomChangeReply(bool IsChanged, long Revision, RedisValue[] Values)
{
    public static RoomChangeReply Read(RespResult answer)
    {
        var reader = answer.Read();
        var values = new RedisValue[reader.AggregateLength() - 2];
        reader.MoveNext();
        var isChanged = reader.ReadInt64() == 1;
        reader.MoveNext();
        var revision = reader.ReadInt64();
        for (var i = 0; i < values.Length; i++)
        {
            reader.MoveNext();
            values[i] = reader.IsNull ? RedisValue.Null : reader.ReadByteArray();
        }

        return new RoomChangeReply(isChanged, revision, values);
    }
}
