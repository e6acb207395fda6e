using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Options;

namespace RedisChat.Tool.Connecting;

/// <summary>A chat on the servers that the command line names.</summary>
internal sealed class ChatConnection : IAsyncDisposable
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(10);

    private readonly ServiceProvider? _services;
    private readonly IRoomArchive? _archive;
    private bool _encrypts;

    private ChatConnection(ConnectionSettings settings, StorageSettings storage, ChatOptions options, Action<RedisStoreOptions> configureStore)
    {
        HasKeys = storage.Keys is not null;
        _archive = storage.Archive;
        if (storage.Keys is { } keys)
        {
            _services = new ServiceCollection().AddRedisChat().UseRedis(settings.Redis).ConfigureRedis(configureStore).AddEncryption(keys, _ => _encrypts).Services.BuildServiceProvider();
            Store = (RedisMessageStore)_services.GetRequiredService<IMessageStore>();
        }
        else
        {
            var storeOptions = new RedisStoreOptions();
            configureStore(storeOptions);
            Store = new RedisMessageStore(settings.Redis, storeOptions);
        }

        Chat = new Chat(Store, options, archive: storage.Archive);
    }

    /// <summary>The store of the chat.</summary>
    public RedisMessageStore Store { get; }

    /// <summary>The chat.</summary>
    public Chat Chat { get; }

    /// <summary>Whether the command line has master keys.</summary>
    public bool HasKeys { get; }

    /// <summary>Opens a chat. Connects on first use.</summary>
    /// <exception cref="ToolException">A setting is not valid.</exception>
    public static ChatConnection Open(ConnectionSettings settings, StorageSettings storage, Action<ChatOptions>? configureChat, Action<RedisStoreOptions>? configureStore)
    {
        try
        {
            var options = new ChatOptions { OperationTimeout = Patience };
            configureChat?.Invoke(options);
            return new ChatConnection(settings, storage, options, store =>
            {
                store.KeyPrefix = settings.Prefix;
                configureStore?.Invoke(store);
            });
        }
        catch (Exception e) when (e is ArgumentException or OptionsValidationException)
        {
            throw new ToolException(Terminal.Explanation.Of(e), e);
        }
    }

    /// <summary>Encrypts what is written from now on, in every room.</summary>
    /// <exception cref="ToolException">There are no master keys.</exception>
    public void EncryptEverything() => _encrypts = HasKeys ? true : throw new ToolException("To encrypt, give the master keys that the application uses: --keys FILE.");

    /// <summary>Fails in a few seconds if no server answers. Searches, exports and imports wait for a minute, because they must outlast a fail-over.</summary>
    /// <param name="chat">The chat.</param>
    /// <param name="cancellationToken">Stops waiting.</param>
    /// <exception cref="ChatUnavailableException">No server answers.</exception>
    public static async Task ReachAsync(Chat chat, CancellationToken cancellationToken)
    {
        try
        {
            await chat.Rooms.GetInfoAsync("lobby", cancellationToken);
        }
        catch (ChatDataException)
        {
            // A server answers, whatever it has there.
        }
    }

    /// <summary>Encrypts what is sent to a room from now on, if the room is encrypted. Which rooms are, the application has chosen; those have keys.</summary>
    /// <param name="room">The room. No other one may be sent to.</param>
    /// <param name="cancellationToken">Stops waiting.</param>
    /// <exception cref="ChatDataException">The room is encrypted, and there are no master keys.</exception>
    public async Task PrepareToSendAsync(ChatRoom room, CancellationToken cancellationToken)
    {
        if (HasKeys)
        {
            _encrypts = await room.EncryptionKeys.CountAsync(cancellationToken) > 0;
        }
        else
        {
            await RequireKeysAsync(room, await room.ReceiveAsync(new MessageQuery(1), cancellationToken), cancellationToken);
        }
    }

    /// <summary>Fails if messages of a page are encrypted, and there are no master keys: the command would print a part of what it is asked for.</summary>
    /// <param name="room">The room.</param>
    /// <param name="page">The page.</param>
    /// <param name="cancellationToken">Stops waiting.</param>
    /// <exception cref="ChatDataException">That is so.</exception>
    public async Task RequireKeysAsync(ChatRoom room, MessagePage page, CancellationToken cancellationToken)
    {
        if (HasKeys || page.Unreadable.FirstOrDefault(message => message.Id is not null) is not { Id: { } id })
        {
            return;
        }

        try
        {
            await room.GetAsync(id, cancellationToken);
        }
        catch (ChatDataException e) when (!Hints.NeedsKeys(e))
        {
            // Broken for another reason. The command says which messages it leaves out.
        }
    }

    public async ValueTask DisposeAsync()
    {
        await (_services?.DisposeAsync() ?? Store.DisposeAsync());
        if (_archive is IAsyncDisposable archive)
        {
            await archive.DisposeAsync();
        }
    }
}
