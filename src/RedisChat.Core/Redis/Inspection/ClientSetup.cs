using StackExchange.Redis;

namespace RedisChat.Redis;

/// <summary>How this process's connection was configured.</summary>
/// <param name="User">The user to run as; <see langword="null"/> if none was configured.</param>
/// <param name="KeepAliveSeconds">The idle time after which the client sends a keep-alive; 0 or less if it chooses that time itself.</param>
internal sealed record ClientSetup(string? User, int KeepAliveSeconds)
{
    public static ClientSetup Of(ConfigurationOptions configuration) =>
        new(string.IsNullOrEmpty(configuration.User) ? null : configuration.User, configuration.KeepAlive);
}
