namespace RedisChat.Redis;

/// <summary>Live events of a user's drafts: after the header the room, then a line with the draft, which is empty if it was discarded.</summary>
/// <remarks>The line is not read: a reader may know a newer draft, and only the store can tell.</remarks>
internal sealed class DraftEvents : ILiveKind
{
    public char Letter => RedisDrafts.Kind;

    public RoomEvent? TryRead(in LiveHeader header, ReadOnlySpan<byte> body) => new RoomEvent.DraftChanged(EscapedId.FromWord(header.Subject), header.Position);
}
