using StackExchange.Redis;

namespace RedisChat.Redis;

/// <summary>What this process's connection was configured with.</summary>
/// <param name="User">The user to run as; <see langword="null"/> if none was configured.</param>
/// <param name="KeepAlive">After how much idle time the client makes itself heard.</param>
internal sealed record ClientSetup(string? User, TimeSpan KeepAlive)
{
    public static ClientSetup Of(IConnectionMultiplexer multiplexer)
    {
        var configuration = ConfigurationOptions.Parse(multiplexer.Configuration, ignoreUnknown: true);
        return new ClientSetup(
            string.IsNullOrEmpty(configuration.User) ? null : configuration.User,
            TimeSpan.FromSeconds(configuration.KeepAlive > 0 ? configuration.KeepAlive : 60));
    }
}
