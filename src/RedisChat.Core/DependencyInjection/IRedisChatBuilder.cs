using Microsoft.Extensions.DependencyInjection;

namespace RedisChat;

/// <summary>Configures a chat after <c>AddRedisChat</c>: see <see cref="RedisChatBuilderExtensions"/>.</summary>
public interface IRedisChatBuilder
{
    /// <summary>The host's services.</summary>
    IServiceCollection Services { get; }

    /// <summary>
    /// The key under which the chat is registered, which is also the name of its options; <see langword="null"/> for the one without a key.
    /// </summary>
    string? ServiceKey { get; }
}
