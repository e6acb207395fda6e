namespace RedisChat.Redis;

/// <summary>Live events of messages that were deleted together: after the header the ids, and a line with the details, if there are any.</summary>
internal sealed class RunEvents : ILiveKind
{
    public char Letter => DeletedRun.Kind;

    public RoomEvent? TryRead(in LiveHeader header, ReadOnlySpan<byte> body)
    {
        var end = body.IndexOf((byte)'\n');
        return DeletedRun.TryReadIds(header.Subject, out var ids) ? DeletedRun.Event(ids, header.Position, end < 0 ? body : body[..end]) : null;
    }
}
