using RedisChat.Redis;
using StackExchange.Redis;

namespace RedisChat.Benchmarks.Life;

/// <summary>A chat like that of another process: with its own connection and caches.</summary>
internal sealed class LifeChat : IAsyncDisposable
{
    private readonly RedisMessageStore _store;

    private LifeChat(RedisMessageStore store, Chat chat) => (_store, Chat) = (store, chat);

    public Chat Chat { get; }

    public IMessageStore Store => _store;

    /// <summary>Opens a chat.</summary>
    /// <param name="configuration">The server.</param>
    /// <param name="timeout">How long an operation is retried.</param>
    /// <param name="keys">The file with master keys; all rooms are encrypted if it is given.</param>
    /// <param name="archive">The directory of the archive, if there is one.</param>
    public static LifeChat Open(string configuration, TimeSpan timeout, string? keys = null, string? archive = null)
    {
        var store = new RedisMessageStore(
            RedisConnection.Own(ConfigurationOptions.Parse(configuration)), null, null, encryption: keys is null ? null : new ChatEncryption(new FileKeyRing(keys), null));
        ((IMessageStore)store).GetAbility<IAttachmentNoticeStore>()!.KeepNotices();
        var options = new ChatOptions { OperationTimeout = timeout, KeptVersions = 3 };
        return new LifeChat(store, new Chat(store, options, archive: archive is null ? null : new FileRoomArchive(archive)));
    }

    /// <summary>Waits until what can be sealed is sealed.</summary>
    public Task SealedAsync() => _store.SealedAsync();

    public ValueTask DisposeAsync() => _store.DisposeAsync();
}
