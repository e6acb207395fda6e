namespace RedisChat.Redis;

/// <summary>
/// Guesses in which window of time the server is, by our clock and how far the server's was found to be ahead of it. A wrong guess costs a round trip.
/// </summary>
internal sealed class ServerWindow(TimeSpan length, TimeProvider time)
{
    private long _ahead;

    public long Seconds { get; } = (long)length.TotalSeconds;

    private long Own => time.GetUtcNow().ToUnixTimeSeconds() / Seconds;

    public long Guess() => Own + Volatile.Read(ref _ahead);

    /// <summary>Takes note of the server's window.</summary>
    public long Correct(long window)
    {
        Volatile.Write(ref _ahead, window - Own);
        return window;
    }
}
