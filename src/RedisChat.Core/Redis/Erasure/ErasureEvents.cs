namespace RedisChat.Redis;

/// <summary>Live events of erasures: after the header the ids of the messages that changed, or a dash.</summary>
internal sealed class ErasureEvents : ILiveKind
{
    public char Letter => ErasureChange.Kind;

    public RoomEvent? TryRead(in LiveHeader header, ReadOnlySpan<byte> body) =>
        TryReadIds(header.Subject, out var ids) ? new RoomEvent.UserErased(ids, header.Position) : null;

    /// <summary>The ids in a subject.</summary>
    public static bool TryReadIds(ReadOnlySpan<char> subject, out List<long> ids)
    {
        ids = [];
        return subject is ErasureChange.NoMessages || DeletedRun.TryReadIds(subject, out ids);
    }
}
