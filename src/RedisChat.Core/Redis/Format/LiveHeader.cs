namespace RedisChat.Redis;

/// <summary>
/// The first line of a durable event: <c>kind epoch last at revision before</c>, followed by words of the kind. The numbers are the room's position after
/// the event, and the previous value of the number that the event advanced: the revision, or for a creation the time of the previous message.
/// </summary>
/// <param name="kind">The event's letter.</param>
/// <param name="position">The room's position just after the event.</param>
/// <param name="before">The number that the event must follow.</param>
/// <param name="words">The words after the header, without the trace.</param>
/// <param name="trace">The <c>traceparent</c> of the call that caused the event: the last word, after a tilde. Empty if there is none.</param>
internal readonly ref struct LiveHeader(byte kind, RoomPosition position, long before, ReadOnlySpan<byte> words, ReadOnlySpan<byte> trace)
{
    private readonly ReadOnlySpan<byte> _words = words;

    public byte Kind { get; } = kind;

    public RoomPosition Position { get; } = position;

    public long Before { get; } = before;

    public ReadOnlySpan<byte> Trace { get; } = trace;

    /// <summary>The id after the header, as in all changes of a message. Words after it are ignored, because later versions may add some.</summary>
    public bool TryGetMessageId(out long id)
    {
        var words = _words;
        return TryTake(ref words, out id) && id > 0;
    }

    /// <summary>The first word after the header: the subject of the change.</summary>
    public string Subject
    {
        get
        {
            var end = _words.IndexOf((byte)' ');
            return System.Text.Encoding.UTF8.GetString(end < 0 ? _words : _words[..end]);
        }
    }

    /// <summary>Parses a header.</summary>
    /// <returns>Whether the line is a header.</returns>
    public static bool TryRead(ReadOnlySpan<byte> line, out LiveHeader header)
    {
        header = default;
        if (line.Length < 2 || line[1] != ' ' || line[0] is not (>= (byte)'a' and <= (byte)'z'))
        {
            return false;
        }

        var kind = line[0];
        line = line[2..];
        if (!TryTakeEpoch(ref line, out var epoch) || !TryTake(ref line, out var last) || !TryTake(ref line, out var at)
            || !TryTake(ref line, out var revision) || !TryTake(ref line, out var before))
        {
            return false;
        }

        var start = line.LastIndexOf((byte)' ') + 1;
        var hasTrace = line[start..] is [(byte)'~', ..];
        var words = hasTrace ? line[..Math.Max(start - 1, 0)] : line;
        header = new LiveHeader(kind, new RoomPosition(epoch, last, at, revision), before, words, hasTrace ? line[(start + 1)..] : default);
        return true;
    }

    // 0 stands for a room that does not exist and so can have no events. Accepting it would let in events from a publisher that knows no room's epoch.
    private static bool TryTakeEpoch(ref ReadOnlySpan<byte> words, out ulong epoch)
    {
        var end = words.IndexOf((byte)' ');
        var length = end < 0 ? words.Length : end;
        return StrictNumber.TryReadEpoch(words[..length], out epoch) && TrySkip(ref words, length);
    }

    private static bool TryTake(ref ReadOnlySpan<byte> words, out long number) =>
        StrictNumber.TryReadFirst(words, out number, out var length) && TrySkip(ref words, length);

    private static bool TrySkip(ref ReadOnlySpan<byte> words, int length)
    {
        if (length == words.Length)
        {
            words = default;
            return true;
        }

        if (words[length] != ' ')
        {
            return false;
        }

        words = words[(length + 1)..];
        return true;
    }
}
