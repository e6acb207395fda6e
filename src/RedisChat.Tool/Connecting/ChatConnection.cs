namespace RedisChat.Tool.Connecting;

/// <summary>A chat on the servers that the command line names.</summary>
internal sealed class ChatConnection : IAsyncDisposable
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(10);

    private ChatConnection(RedisMessageStore store, Chat chat) => (Store, Chat) = (store, chat);

    /// <summary>The store of the chat.</summary>
    public RedisMessageStore Store { get; }

    /// <summary>The chat.</summary>
    public Chat Chat { get; }

    /// <summary>Opens a chat. Connects on first use.</summary>
    /// <exception cref="ToolException">A setting is not valid.</exception>
    public static ChatConnection Open(ConnectionSettings settings, Action<ChatOptions>? configureChat, Action<RedisStoreOptions>? configureStore)
    {
        try
        {
            var options = new ChatOptions { OperationTimeout = Patience };
            configureChat?.Invoke(options);
            var storeOptions = new RedisStoreOptions { KeyPrefix = settings.Prefix };
            configureStore?.Invoke(storeOptions);
            var store = new RedisMessageStore(settings.Redis, storeOptions);
            return new ChatConnection(store, new Chat(store, options));
        }
        catch (ArgumentException e)
        {
            throw new ToolException(Terminal.Explanation.Of(e), e);
        }
    }

    public ValueTask DisposeAsync() => Store.DisposeAsync();
}
