namespace RedisChat.Redis;

/// <summary>Live events of trimming: after the header the least id that a message can still have.</summary>
internal sealed class TrimEvents : ILiveKind
{
    public char Letter => ChangedTrims.Kind;

    public RoomEvent? TryRead(in LiveHeader header, ReadOnlySpan<byte> body) =>
        header.TryGetMessageId(out var below) ? new RoomEvent.Trimmed(below, header.Position) : null;
}
