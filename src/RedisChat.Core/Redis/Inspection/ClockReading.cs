namespace RedisChat.Redis;

/// <summary>The clocks of a server and of this process, read at the same time.</summary>
/// <param name="Server">The server's clock.</param>
/// <param name="Asked">This process's clock before the request.</param>
/// <param name="Answered">This process's clock after the reply.</param>
internal sealed record ClockReading(DateTimeOffset Server, DateTimeOffset Asked, DateTimeOffset Answered)
{
    /// <summary>How far the server is ahead, at least: a difference that the round trip can explain is not counted.</summary>
    public TimeSpan Ahead =>
        Server > Answered ? Server - Answered
        : Server < Asked ? Server - Asked
        : TimeSpan.Zero;
}
