namespace RedisChat.Benchmarks.Delivery;

/// <summary>The machine's clock as Redis tells it, so that what one process stamps another one can compare.</summary>
internal static class Clock
{
    public static long Micros(DateTimeOffset time) => (time.UtcTicks - DateTimeOffset.UnixEpoch.UtcTicks) / TimeSpan.TicksPerMicrosecond;

    public static long NowMicros => Micros(DateTimeOffset.UtcNow);
}
