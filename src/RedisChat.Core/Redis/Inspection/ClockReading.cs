namespace RedisChat.Redis;

/// <summary>A server's clock and this process's, read at the same time.</summary>
/// <param name="Server">The server's.</param>
/// <param name="Asked">This process's, before the server was asked.</param>
/// <param name="Answered">This process's, when it had answered.</param>
internal sealed record ClockReading(DateTimeOffset Server, DateTimeOffset Asked, DateTimeOffset Answered)
{
    /// <summary>How far the server is ahead, at least: what the way there and back may explain is not counted.</summary>
    public TimeSpan Ahead =>
        Server > Answered ? Server - Answered
        : Server < Asked ? Server - Asked
        : TimeSpan.Zero;
}
