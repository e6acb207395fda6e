namespace RedisChat.Search.Sqlite;

/// <summary>
/// The place of a message in the order of all: its time in µs, and ten more bits, because messages that are sent together have the same time. In the rare case that these are not enough, the place is
/// a little later.
/// </summary>
internal static class Places
{
    private const int Bits = 10;

    // Far more messages of one time than there can be.
    private const long Slack = 1L << 32;

    // 142 years from 1970, in places; times of messages outside are those of broken clocks.
    private const long LastTime = 1L << 52;

    /// <summary>A time in µs.</summary>
    public static long Time(DateTimeOffset time) => Math.Clamp((time.UtcTicks - DateTimeOffset.UnixEpoch.Ticks) / TimeSpan.TicksPerMicrosecond, 0, LastTime);

    /// <summary>The first whole µs that is not before a time.</summary>
    public static long TimeFrom(DateTimeOffset time) => Time(time) is var whole && whole < LastTime && time.UtcTicks % TimeSpan.TicksPerMicrosecond > 0 ? whole + 1 : whole;

    /// <summary>The first place of a time.</summary>
    public static long First(long time) => time << Bits;

    /// <summary>A place that no message of an earlier time reaches.</summary>
    public static long End(long time) => First(time) + Slack;

    /// <summary>The place that a message gets if nobody has it. It keeps the order of messages that were sent together to one room, but for those around a multiple of 1,024.</summary>
    public static long Preferred(long time, long messageId) => Math.Max(1, First(time) | (messageId & ((1 << Bits) - 1)));
}
