namespace RedisChat.Redis;

/// <summary>
/// Live events of pins: after the header and the message's id, a line with the stored pin. If the message was unpinned, this line is empty, and the next one says who did it.
/// </summary>
internal sealed class PinEvents : ILiveKind
{
    public char Letter => PinKeys.Letter;

    public RoomEvent? TryRead(in LiveHeader header, ReadOnlySpan<byte> body)
    {
        if (!header.TryGetMessageId(out var id))
        {
            return null;
        }

        var (pin, details) = MemberEvents.Lines(body);
        return pin.Length == 0 ? new RoomEvent.Unpinned(id, header.Position) { By = DeletionJson.ReadDetails(details).User }
            : PinKeys.TryRead(pin, out var revision, out var by) ? new RoomEvent.Pinned(id, Micros.ToTime(revision), header.Position) { By = by }
            : null;
    }
}
