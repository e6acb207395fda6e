namespace RedisChat.Redis;

/// <summary>Live events of a user's drafts: after the header the room, then a line with the draft, which is empty if it was discarded.</summary>
internal sealed class DraftEvents : ILiveKind
{
    public char Letter => RedisDrafts.Kind;

    public RoomEvent? TryRead(in LiveHeader header, ReadOnlySpan<byte> body)
    {
        var room = EscapedId.FromWord(header.Subject);
        return body.IsEmpty ? new RoomEvent.DraftChanged(new DraftChange(room, null), header.Position)
            : DraftJson.TryRead(room, body.ToArray(), out var draft) ? new RoomEvent.DraftChanged(new DraftChange(room, draft), header.Position)
            : null;
    }
}
