using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Options;
using RedisChat.Redis;
using StackExchange.Redis;

namespace RedisChat;

/// <summary>
/// Stops a host whose chat has no Redis to connect to. The check neither connects nor creates anything, so a host still starts while Redis is down.
/// </summary>
/// <param name="services">All services of the host.</param>
/// <param name="registered">Knows which services are registered; <see langword="null"/> in containers without that ability: there, the first use fails.</param>
internal sealed class ConnectionValidator(IServiceCollection services, IServiceProviderIsKeyedService? registered) : IValidateOptions<RedisStoreOptions>
{
    public ValidateOptionsResult Validate(string? name, RedisStoreOptions options)
    {
        var key = string.IsNullOrEmpty(name) ? null : name;
        return options.Configuration is not null
            || registered is null
            || !NeedsConnection(typeof(IMessageStore), key)
            || !NeedsConnection(typeof(RedisConnection), key)
            || registered.IsService(typeof(IConnectionMultiplexer))
            || (key is not null && registered.IsKeyedService(typeof(IConnectionMultiplexer), key))
            ? ValidateOptionsResult.Success
            : ValidateOptionsResult.Fail(Problem(key));
    }

    /// <summary>The error for a chat that has no Redis to connect to, and how to fix it.</summary>
    public static string Problem(string? key) => key is null
        ? $"The chat has no Redis to connect to. Call AddRedisChat(\"localhost:6379\"), set {nameof(RedisStoreOptions)}.{nameof(RedisStoreOptions.Configuration)}, "
            + $"or register an {nameof(IConnectionMultiplexer)}."
        : $"The chat '{key}' has no Redis to connect to. Call AddKeyedRedisChat(\"{key}\").UseRedis(\"localhost:6379\"), set "
            + $"{nameof(RedisStoreOptions.Configuration)} of the {nameof(RedisStoreOptions)} named '{key}', or register an {nameof(IConnectionMultiplexer)}.";

    private bool NeedsConnection(Type service, string? key) =>
        services.LastOrDefault(descriptor => descriptor.ServiceType == service && Equals(descriptor.ServiceKey, key)) is NeedsConnectionDescriptor;
}
