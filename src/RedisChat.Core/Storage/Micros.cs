namespace RedisChat;

/// <summary>Microseconds since 1970-01-01 UTC: the unit of every stored time.</summary>
internal static class Micros
{
    /// <summary>The last µs of the year 9999, the largest value of a <see cref="DateTimeOffset"/>.</summary>
    public static readonly long Max = FromTime(DateTimeOffset.MaxValue);

    public static long FromTime(DateTimeOffset time) =>
        (time.UtcTicks - DateTimeOffset.UnixEpoch.Ticks) / TimeSpan.TicksPerMicrosecond;

    public static long FromSpan(TimeSpan span) => span.Ticks / TimeSpan.TicksPerMicrosecond;

    public static DateTimeOffset ToTime(long micros) => DateTimeOffset.UnixEpoch.AddTicks(micros * TimeSpan.TicksPerMicrosecond);
}
