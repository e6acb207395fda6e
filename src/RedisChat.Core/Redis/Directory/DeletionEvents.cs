namespace RedisChat.Redis;

/// <summary>The live event of a room's deletion: after the header, a line with who deleted it. The room's epoch is the one that it had.</summary>
internal sealed class DeletionEvents : ILiveKind
{
    public char Letter => RoomEraser.Kind;

    public RoomEvent? TryRead(in LiveHeader header, ReadOnlySpan<byte> body) =>
        new RoomEvent.RoomDeleted(header.Position) { By = DeletionJson.ReadDetails(MemberEvents.Lines(body).First).User };
}
