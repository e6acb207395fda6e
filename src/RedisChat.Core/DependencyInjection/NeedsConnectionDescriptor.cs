using Microsoft.Extensions.DependencyInjection;

namespace RedisChat;

/// <summary>
/// Registers a service that works only if there is a Redis to connect to. Its type marks it: <see cref="ConnectionValidator"/> finds out that way whether
/// a chat still uses it, or the host has chosen another store or connection.
/// </summary>
internal sealed class NeedsConnectionDescriptor(Type serviceType, string? key, Func<IServiceProvider, object> make)
    : ServiceDescriptor(serviceType, key, (provider, _) => make(provider), ServiceLifetime.Singleton);
