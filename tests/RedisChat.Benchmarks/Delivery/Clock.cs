namespace RedisChat.Benchmarks.Delivery;

/// <summary>The machine's clock in the format of Redis, so that one process can compare another's timestamps.</summary>
internal static class Clock
{
    public static long Micros(DateTimeOffset time) => (time.UtcTicks - DateTimeOffset.UnixEpoch.UtcTicks) / TimeSpan.TicksPerMicrosecond;

    public static long NowMicros => Micros(DateTimeOffset.UtcNow);
}
