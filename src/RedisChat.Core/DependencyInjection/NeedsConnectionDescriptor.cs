using Microsoft.Extensions.DependencyInjection;

namespace RedisChat;

/// <summary>
/// Registers a service that needs a Redis to connect to. The descriptor's type marks the service, so <see cref="ConnectionValidator"/> can check whether
/// the chat still uses it, or the host has chosen another store or connection.
/// </summary>
internal sealed class NeedsConnectionDescriptor(Type serviceType, string? key, Func<IServiceProvider, object> make)
    : ServiceDescriptor(serviceType, key, (provider, _) => make(provider), ServiceLifetime.Singleton);
