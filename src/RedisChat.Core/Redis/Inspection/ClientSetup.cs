using StackExchange.Redis;

namespace RedisChat.Redis;

/// <summary>What this process's connection was configured with.</summary>
/// <param name="User">The user to run as; <see langword="null"/> if none was configured.</param>
/// <param name="KeepAliveSeconds">After so much idle time the client makes itself heard; 0 or less if it finds that time itself.</param>
internal sealed record ClientSetup(string? User, int KeepAliveSeconds)
{
    public static ClientSetup Of(ConfigurationOptions configuration) =>
        new(string.IsNullOrEmpty(configuration.User) ? null : configuration.User, configuration.KeepAlive);
}
