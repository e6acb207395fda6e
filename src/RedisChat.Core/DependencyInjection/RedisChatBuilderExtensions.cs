using System.Diagnostics.CodeAnalysis;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using RedisChat.Redis;
using StackExchange.Redis;

namespace RedisChat;

/// <summary>Chooses where a chat stores its messages, and its settings. If several calls choose the same thing, the last one wins.</summary>
/// <remarks>
/// <c>UseRedis</c> chooses the connection, and <c>UseKeyScheme</c> the names of the default layout's keys. Neither overrides
/// <c>UseInMemory</c>, <c>UseStore</c> or <c>UseClassicLayout</c>, which choose the store.
/// </remarks>
public static class RedisChatBuilderExtensions
{
    /// <summary>
    /// Sets options of the chat. To bind them from configuration instead, call <c>services.Configure&lt;ChatOptions&gt;(section)</c>, or for a keyed chat
    /// <c>services.Configure&lt;ChatOptions&gt;(key, section)</c>.
    /// </summary>
    /// <param name="builder">The builder.</param>
    /// <param name="configure">Sets them.</param>
    /// <returns>The same builder.</returns>
    public static IRedisChatBuilder Configure(this IRedisChatBuilder builder, Action<ChatOptions> configure)
    {
        ArgumentNullException.ThrowIfNull(builder);
        builder.Services.Configure(builder.OptionsName(), configure);
        return builder;
    }

    /// <summary>Sets options of the Redis store.</summary>
    /// <param name="builder">The builder.</param>
    /// <param name="configure">Sets them.</param>
    /// <returns>The same builder.</returns>
    public static IRedisChatBuilder ConfigureRedis(this IRedisChatBuilder builder, Action<RedisStoreOptions> configure)
    {
        ArgumentNullException.ThrowIfNull(builder);
        builder.Services.Configure(builder.OptionsName(), configure);
        return builder;
    }

    /// <summary>Connects to a Redis given by a configuration string.</summary>
    /// <param name="builder">The builder.</param>
    /// <param name="configuration">How to connect: <c>localhost:6379</c>, or any other string that <see cref="RedisConfiguration"/> describes.</param>
    /// <returns>The same builder.</returns>
    /// <exception cref="ArgumentException">The string is not valid. The error does not repeat it.</exception>
    public static IRedisChatBuilder UseRedis(this IRedisChatBuilder builder, string configuration)
    {
        ArgumentNullException.ThrowIfNull(builder);
        return builder.UseRedis(RedisConfiguration.Parse(configuration));
    }

    /// <summary>Connects to a Redis given by configuration options, which are copied.</summary>
    /// <param name="builder">The builder.</param>
    /// <param name="configuration">How to connect.</param>
    /// <returns>The same builder.</returns>
    /// <exception cref="ArgumentException">It contains no end point, or one has a name that no host can have.</exception>
    public static IRedisChatBuilder UseRedis(this IRedisChatBuilder builder, ConfigurationOptions configuration)
    {
        ArgumentNullException.ThrowIfNull(configuration);
        RedisConfiguration.CheckEndPoints(configuration.EndPoints, nameof(configuration));
        return builder.Replace(provider => RedisConnection.Own(
            configuration, RedisChatServiceCollectionExtensions.Time(provider), RedisChatServiceCollectionExtensions.Logger(provider)));
    }

    /// <summary>Uses a connection that the host owns, and that the chat never disposes.</summary>
    /// <param name="builder">The builder.</param>
    /// <param name="multiplexer">The connection.</param>
    /// <returns>The same builder.</returns>
    /// <exception cref="ArgumentException">An end point has a name that no host can have.</exception>
    public static IRedisChatBuilder UseRedis(this IRedisChatBuilder builder, IConnectionMultiplexer multiplexer)
    {
        ArgumentNullException.ThrowIfNull(multiplexer);
        RedisConfiguration.CheckEndPoints(multiplexer.GetEndPoints(configuredOnly: true), nameof(multiplexer));
        return builder.Replace(provider => RedisConnection.Shared(
            multiplexer, RedisChatServiceCollectionExtensions.Time(provider), RedisChatServiceCollectionExtensions.Logger(provider)));
    }

    /// <summary>Stores messages in this process's memory, for tests of the host.</summary>
    /// <param name="builder">The builder.</param>
    /// <returns>The same builder.</returns>
    public static IRedisChatBuilder UseInMemory(this IRedisChatBuilder builder)
    {
        ArgumentNullException.ThrowIfNull(builder);
        return builder.Replace<IMessageStore>(provider => new InMemoryMessageStore(RedisChatServiceCollectionExtensions.Time(provider)));
    }

    /// <summary>Stores messages in the classic layout, shared with other programs that use it: see <see cref="ClassicMessageStore"/>.</summary>
    /// <param name="builder">The builder.</param>
    /// <returns>The same builder.</returns>
    public static IRedisChatBuilder UseClassicLayout(this IRedisChatBuilder builder)
    {
        ArgumentNullException.ThrowIfNull(builder);
        var key = builder.ServiceKey;
        return builder.Replace(new NeedsConnectionDescriptor(typeof(IMessageStore), key, provider =>
        {
            var options = RedisChatServiceCollectionExtensions.StoreOptions(provider, key);
            return new ClassicMessageStore(
                provider.GetRequiredKeyedService<RedisConnection>(key),
                options.KeyPrefix,
                options.AllowEviction,
                RedisChatServiceCollectionExtensions.Time(provider),
                provider.GetService<ILogger<ClassicMessageStore>>());
        }));
    }

    /// <summary>Stores messages in your own store.</summary>
    /// <typeparam name="T">The store; its constructor gets the host's services.</typeparam>
    /// <param name="builder">The builder.</param>
    /// <returns>The same builder.</returns>
    public static IRedisChatBuilder UseStore<[DynamicallyAccessedMembers(DynamicallyAccessedMemberTypes.PublicConstructors)] T>(
        this IRedisChatBuilder builder)
        where T : class, IMessageStore
    {
        ArgumentNullException.ThrowIfNull(builder);
        return builder.Replace<IMessageStore>(provider => ActivatorUtilities.CreateInstance<T>(provider));
    }

    /// <summary>Names the keys of the Redis store with your own scheme.</summary>
    /// <typeparam name="T">The scheme; its constructor gets the host's services.</typeparam>
    /// <param name="builder">The builder.</param>
    /// <returns>The same builder.</returns>
    public static IRedisChatBuilder UseKeyScheme<[DynamicallyAccessedMembers(DynamicallyAccessedMemberTypes.PublicConstructors)] T>(
        this IRedisChatBuilder builder)
        where T : class, IRoomKeyScheme
    {
        ArgumentNullException.ThrowIfNull(builder);
        return builder.Replace<IRoomKeyScheme>(provider => ActivatorUtilities.CreateInstance<T>(provider));
    }

    /// <summary>Adds a filter that checks messages before they are stored, after those that were added before. One instance serves all calls.</summary>
    /// <typeparam name="T">The filter; its constructor gets the host's services, other than the chat itself, which needs the filter first.</typeparam>
    /// <param name="builder">The builder.</param>
    /// <returns>The same builder.</returns>
    public static IRedisChatBuilder AddMessageFilter<[DynamicallyAccessedMembers(DynamicallyAccessedMemberTypes.PublicConstructors)] T>(
        this IRedisChatBuilder builder)
        where T : class, IMessageFilter
    {
        ArgumentNullException.ThrowIfNull(builder);
        builder.Services.AddKeyedSingleton<IMessageFilter>(builder.ServiceKey, (provider, _) => ActivatorUtilities.CreateInstance<T>(provider));
        return builder;
    }

    /// <summary>Adds the hook that makes previews of the links in messages. One instance serves all messages.</summary>
    /// <typeparam name="T">The previewer; its constructor gets the host's services, other than the chat itself.</typeparam>
    /// <param name="builder">The builder.</param>
    /// <returns>The same builder.</returns>
    public static IRedisChatBuilder AddLinkPreviewer<[DynamicallyAccessedMembers(DynamicallyAccessedMemberTypes.PublicConstructors)] T>(
        this IRedisChatBuilder builder)
        where T : class, ILinkPreviewer
    {
        ArgumentNullException.ThrowIfNull(builder);
        return builder.Replace<ILinkPreviewer>(provider => ActivatorUtilities.CreateInstance<T>(provider));
    }

    /// <summary>Adds the store that receives notices of what messages no longer refer to. One instance serves all rooms. Run the upkeep of rooms, too: <see cref="Chat.RunUpkeepAsync"/>.</summary>
    /// <typeparam name="T">The store; its constructor gets the host's services, other than the chat itself.</typeparam>
    /// <param name="builder">The builder.</param>
    /// <returns>The same builder.</returns>
    public static IRedisChatBuilder AddAttachmentStore<[DynamicallyAccessedMembers(DynamicallyAccessedMemberTypes.PublicConstructors)] T>(
        this IRedisChatBuilder builder)
        where T : class, IAttachmentStore
    {
        ArgumentNullException.ThrowIfNull(builder);
        return builder.Replace<IAttachmentStore>(provider => ActivatorUtilities.CreateInstance<T>(provider));
    }

    /// <summary>
    /// Encrypts what users write before it is stored in Redis: the text, metadata, attachments and link previews of messages, of drafts and of scheduled messages; and what is published of them. Each room
    /// has a data key, which a master key of the key ring wraps.
    /// </summary>
    /// <remarks>
    /// <para>
    /// Ids, authors, times, mentions, replies, reactions, idempotency keys, and the names, topics and rules of rooms are not encrypted, because scripts in Redis use them. A search index holds the texts in plain form.
    /// docs/keys.md lists what is encrypted.
    /// </para>
    /// <para>
    /// All processes that share rooms must have the same key ring and the same choice of rooms. Messages that were stored before stay as they are, and readable, until they are edited. Messages that were
    /// encrypted stay so when they are edited, even if their room is no longer chosen.
    /// </para>
    /// </remarks>
    /// <param name="builder">The builder.</param>
    /// <param name="keys">The master keys.</param>
    /// <param name="rooms">Which rooms are encrypted, by id; <see langword="null"/> for all. Called often; must be pure and thread-safe. A thread is asked about by its room.</param>
    /// <returns>The same builder.</returns>
    public static IRedisChatBuilder AddEncryption(this IRedisChatBuilder builder, IChatKeyRing keys, Func<string, bool>? rooms = null)
    {
        ArgumentNullException.ThrowIfNull(keys);
        return builder.Replace(_ => new ChatEncryption(keys, rooms));
    }

    /// <summary>Encrypts with a key ring that the host's services create: see <see cref="AddEncryption(IRedisChatBuilder, IChatKeyRing, Func{string, bool}?)"/>.</summary>
    /// <typeparam name="T">The key ring; its constructor gets the host's services.</typeparam>
    /// <param name="builder">The builder.</param>
    /// <param name="rooms">Which rooms are encrypted, by id; <see langword="null"/> for all.</param>
    /// <returns>The same builder.</returns>
    public static IRedisChatBuilder AddEncryption<[DynamicallyAccessedMembers(DynamicallyAccessedMemberTypes.PublicConstructors)] T>(
        this IRedisChatBuilder builder, Func<string, bool>? rooms = null)
        where T : class, IChatKeyRing
    {
        ArgumentNullException.ThrowIfNull(builder);
        return builder.Replace(provider => new ChatEncryption(ActivatorUtilities.CreateInstance<T>(provider), rooms));
    }

    /// <summary>Searches in your own index. It must be filled: see <see cref="Chat.RunIndexAsync"/>.</summary>
    /// <typeparam name="T">The index; its constructor gets the host's services, other than the chat itself, which needs the index first.</typeparam>
    /// <param name="builder">The builder.</param>
    /// <returns>The same builder.</returns>
    public static IRedisChatBuilder AddMessageIndex<[DynamicallyAccessedMembers(DynamicallyAccessedMemberTypes.PublicConstructors)] T>(this IRedisChatBuilder builder)
        where T : class, IMessageIndex
    {
        ArgumentNullException.ThrowIfNull(builder);
        return builder.Replace<IMessageIndex>(provider => ActivatorUtilities.CreateInstance<T>(provider));
    }

    /// <summary>Keeps the old messages of rooms in files below a directory: see <see cref="FileRoomArchive"/>. Set <see cref="ChatOptions.Archive"/>, and run the upkeep of rooms: <see cref="Chat.RunUpkeepAsync"/>.</summary>
    /// <param name="builder">The builder.</param>
    /// <param name="directory">The directory: see <see cref="FileRoomArchive(string)"/>.</param>
    /// <returns>The same builder.</returns>
    /// <exception cref="ArgumentException">The directory is empty.</exception>
    public static IRedisChatBuilder AddFileArchive(this IRedisChatBuilder builder, string directory)
    {
        ArgumentException.ThrowIfNullOrWhiteSpace(directory);
        return builder.Replace<IRoomArchive>(_ => new FileRoomArchive(directory));
    }

    /// <summary>Keeps the old messages of rooms in your own archive. One instance serves all rooms. Set <see cref="ChatOptions.Archive"/>, and run the upkeep of rooms: <see cref="Chat.RunUpkeepAsync"/>.</summary>
    /// <typeparam name="T">The archive; its constructor gets the host's services, other than the chat itself.</typeparam>
    /// <param name="builder">The builder.</param>
    /// <returns>The same builder.</returns>
    public static IRedisChatBuilder AddRoomArchive<[DynamicallyAccessedMembers(DynamicallyAccessedMemberTypes.PublicConstructors)] T>(this IRedisChatBuilder builder)
        where T : class, IRoomArchive
    {
        ArgumentNullException.ThrowIfNull(builder);
        return builder.Replace<IRoomArchive>(provider => ActivatorUtilities.CreateInstance<T>(provider));
    }

    // Not null, because null means the options of all names.
    private static string OptionsName(this IRedisChatBuilder builder) => builder.ServiceKey ?? Options.DefaultName;

    private static IRedisChatBuilder Replace<T>(this IRedisChatBuilder builder, Func<IServiceProvider, T> make)
        where T : class
    {
        ArgumentNullException.ThrowIfNull(builder);
        return builder.Replace(new ServiceDescriptor(typeof(T), builder.ServiceKey, (provider, _) => make(provider), ServiceLifetime.Singleton));
    }

    private static IRedisChatBuilder Replace(this IRedisChatBuilder builder, ServiceDescriptor descriptor)
    {
        builder.Services.RemoveAllKeyed(descriptor.ServiceType, builder.ServiceKey);
        builder.Services.Add(descriptor);
        return builder;
    }
}
