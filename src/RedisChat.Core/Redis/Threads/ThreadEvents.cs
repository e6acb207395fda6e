namespace RedisChat.Redis;

/// <summary>Live events of threads: after the header and the message's id, the stored summary.</summary>
internal sealed class ThreadEvents : ILiveKind
{
    public char Letter => ThreadText.Letter;

    public RoomEvent? TryRead(in LiveHeader header, ReadOnlySpan<byte> body) =>
        header.TryGetMessageId(out var id) && ThreadText.TryRead(body, out var summary, out var revision)
            ? new RoomEvent.ThreadChanged(id, summary, header.Position) { Revision = revision }
            : null;
}
