using StackExchange.Redis;

namespace RedisChat.Redis;

/// <summary>The answer of <c>room_change</c>.</summary>
/// <param name="Outcome">What happened. If the change was not made, nothing was written.</param>
/// <param name="Revision">
/// The change's revision, that of its last event if it has several; after a conflict, the lowest revision that it could have had; if it was refused, how long to wait, in µs.
/// </param>
/// <param name="Values">
/// If the change was made, the new text of each <see cref="RoomChange.Tally"/>. After a conflict, the current value of each <see cref="RoomChange.Expect"/>, in
/// the same order; null for a field that does not exist. Otherwise one text: why it was refused, or the features that the room uses.
/// </param>
internal readonly record struct RoomChangeReply(RoomChangeOutcome Outcome, long Revision, RedisValue[] Values)
{
    public bool IsChanged => Outcome == RoomChangeOutcome.Changed;

    public static RoomChangeReply Read(RespResult answer)
    {
        var reader = answer.Read();
        var values = new RedisValue[reader.AggregateLength() - 2];
        reader.MoveNext();
        var outcome = (RoomChangeOutcome)reader.ReadInt64();
        reader.MoveNext();
        var revision = reader.ReadInt64();
        for (var i = 0; i < values.Length; i++)
        {
            reader.MoveNext();
            values[i] = reader.IsNull ? RedisValue.Null : reader.ReadByteArray();
        }

        return new RoomChangeReply(outcome, revision, values);
    }
}
