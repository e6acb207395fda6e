using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using RedisChat.Redis;
using StackExchange.Redis;

namespace RedisChat;

/// <summary>Registers a <see cref="Chat"/> with a host.</summary>
/// <remarks>
/// The chat and its store are singletons. They connect on first use: a host starts while Redis is down, and its chat works once Redis is up. Invalid
/// options, or a missing connection, stop the host at startup. If the host has registered a <see cref="TimeProvider"/>, the chat uses it.
/// <see cref="IServerInspection"/> is registered too, for stores that support it.
/// </remarks>
public static class RedisChatServiceCollectionExtensions
{
    /// <summary>
    /// Adds a chat that connects as <see cref="RedisStoreOptions.Configuration"/> says or, if that is not set, over the
    /// <see cref="IConnectionMultiplexer"/> that the host has registered.
    /// </summary>
    /// <param name="services">The host's services.</param>
    /// <returns>A builder for further configuration.</returns>
    public static IRedisChatBuilder AddRedisChat(this IServiceCollection services) => Add(services, null);

    /// <summary>Adds a chat on a Redis given by a configuration string.</summary>
    /// <param name="services">The host's services.</param>
    /// <param name="configuration">How to connect: <c>localhost:6379</c>, or any other string that <see cref="RedisConfiguration"/> describes.</param>
    /// <returns>A builder for further configuration.</returns>
    /// <exception cref="ArgumentException">The string is not valid. The error does not repeat it.</exception>
    public static IRedisChatBuilder AddRedisChat(this IServiceCollection services, string configuration) =>
        Add(services, null).UseRedis(configuration);

    /// <summary>Adds a chat on a Redis given by configuration options, which are copied.</summary>
    /// <param name="services">The host's services.</param>
    /// <param name="configuration">How to connect.</param>
    /// <returns>A builder for further configuration.</returns>
    public static IRedisChatBuilder AddRedisChat(this IServiceCollection services, ConfigurationOptions configuration) =>
        Add(services, null).UseRedis(configuration);

    /// <summary>Adds a chat on a connection that the host owns, and that the chat never disposes.</summary>
    /// <param name="services">The host's services.</param>
    /// <param name="multiplexer">The connection.</param>
    /// <returns>A builder for further configuration.</returns>
    public static IRedisChatBuilder AddRedisChat(this IServiceCollection services, IConnectionMultiplexer multiplexer) =>
        Add(services, null).UseRedis(multiplexer);

    /// <summary>
    /// Adds one of several chats, to be injected with <c>[FromKeyedServices(key)]</c>. The key is also the name of its options. Choose where
    /// its messages are stored with a call of <see cref="RedisChatBuilderExtensions"/>, for instance <c>.UseRedis(…)</c>.
    /// </summary>
    /// <param name="services">The host's services.</param>
    /// <param name="serviceKey">The key.</param>
    /// <returns>A builder for further configuration.</returns>
    public static IRedisChatBuilder AddKeyedRedisChat(this IServiceCollection services, string serviceKey)
    {
        ArgumentException.ThrowIfNullOrEmpty(serviceKey);
        return Add(services, serviceKey);
    }

    private static RedisChatBuilder Add(IServiceCollection services, string? key)
    {
        ArgumentNullException.ThrowIfNull(services);
        services.AddOptions<ChatOptions>(key).ValidateOnStart();
        services.AddOptions<RedisStoreOptions>(key).ValidateOnStart();
        services.TryAddEnumerable(ServiceDescriptor.Singleton<IValidateOptions<ChatOptions>>(new OptionsValidator<ChatOptions>(OptionsProblems.In)));
        services.TryAddEnumerable(
            ServiceDescriptor.Singleton<IValidateOptions<RedisStoreOptions>>(new OptionsValidator<RedisStoreOptions>(OptionsProblems.In)));
        services.TryAddEnumerable(ServiceDescriptor.Singleton<IValidateOptions<RedisStoreOptions>, ConnectionValidator>(
            provider => new ConnectionValidator(services, provider.GetService<IServiceProviderIsKeyedService>())));

        services.TryAdd(new NeedsConnectionDescriptor(typeof(RedisConnection), key, provider => ConnectionOf(provider, key)));
        services.TryAddKeyedSingleton<IRoomKeyScheme>(key, (provider, _) => new HashTagKeyScheme(StoreOptions(provider, key).KeyPrefix));
        services.TryAdd(new NeedsConnectionDescriptor(typeof(IMessageStore), key, provider => new RedisMessageStore(
            provider.GetRequiredKeyedService<RedisConnection>(key),
            StoreOptions(provider, key),
            provider.GetRequiredKeyedService<IRoomKeyScheme>(key),
            Time(provider),
            Logger(provider),
            provider.GetKeyedService<ChatEncryption>(key))));
        services.TryAddKeyedSingleton(key, (provider, _) =>
            provider.GetRequiredKeyedService<IMessageStore>(key).RequireAbility<IServerInspection>("inspection"));
        services.TryAddKeyedSingleton(key, (provider, _) => new Chat(
            StoreOf(provider, key),
            provider.GetRequiredService<IOptionsMonitor<ChatOptions>>().Get(key),
            Time(provider),
            provider.GetService<ILogger<Chat>>(),
            provider.GetKeyedServices<IMessageFilter>(key),
            provider.GetKeyedService<ILinkPreviewer>(key),
            provider.GetKeyedService<IAttachmentStore>(key),
            provider.GetKeyedService<IMessageIndex>(key),
            provider.GetKeyedService<IRoomArchive>(key)));
        return new RedisChatBuilder(services, key);
    }

    internal static TimeProvider Time(IServiceProvider provider) => provider.GetService<TimeProvider>() ?? TimeProvider.System;

    internal static ILogger? Logger(IServiceProvider provider) => provider.GetService<ILogger<RedisMessageStore>>();

    internal static RedisStoreOptions StoreOptions(IServiceProvider provider, string? key) =>
        provider.GetRequiredService<IOptionsMonitor<RedisStoreOptions>>().Get(key);

    /// <summary>The store, which must encrypt if the chat is to. One in memory need not: what it has is stored nowhere.</summary>
    private static IMessageStore StoreOf(IServiceProvider provider, string? key)
    {
        var store = provider.GetRequiredKeyedService<IMessageStore>(key);
        return provider.GetKeyedService<ChatEncryption>(key) is null || store is InMemoryMessageStore || store.GetAbility<IEncryptionStore>() is not null
            ? store
            : throw new NotSupportedException(
                $"AddEncryption was called, but {store.GetType().Name} does not encrypt ({nameof(IEncryptionStore)}). Use the default layout of Redis, or remove AddEncryption.");
    }

    private static RedisConnection ConnectionOf(IServiceProvider provider, string? key)
    {
        if (StoreOptions(provider, key).Configuration is { } configuration)
        {
            return RedisConnection.Own(RedisConfiguration.Parse(configuration), Time(provider), Logger(provider));
        }

        var multiplexer = (key is null ? null : provider.GetKeyedService<IConnectionMultiplexer>(key))
            ?? provider.GetService<IConnectionMultiplexer>()
            ?? throw new InvalidOperationException(ConnectionValidator.Problem(key));
        return RedisConnection.Shared(multiplexer, Time(provider), Logger(provider));
    }
}
