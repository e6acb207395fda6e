namespace RedisChat.Redis;

/// <summary>
/// Guesses the server's time window from the local clock and the last known lead of the server's clock. A wrong guess costs a round trip.
/// </summary>
internal sealed class ServerWindow(TimeSpan length, TimeProvider time)
{
    private long _ahead;

    public long Seconds { get; } = (long)length.TotalSeconds;

    private long Own => time.GetUtcNow().ToUnixTimeSeconds() / Seconds;

    public long Guess() => Own + Volatile.Read(ref _ahead);

    /// <summary>Learns the server's actual window.</summary>
    public long Correct(long window)
    {
        Volatile.Write(ref _ahead, window - Own);
        return window;
    }
}
