using RedisChat.Redis;
using StackExchange.Redis;

namespace RedisChat.IntegrationTests.Redis.Encryption;

/// <summary>Stores that encrypt, each like one in another process: with a connection and a cache of its own.</summary>
internal sealed class EncryptedChats(string configuration, TestKeyRing? ring = null, int? sealAfter = 2, string? prefix = null) : IAsyncDisposable
{
    private readonly List<RedisMessageStore> _stores = [];

    public string Prefix { get; } = prefix ?? $"test-{Guid.NewGuid():n}";

    public TestKeyRing Ring { get; } = ring ?? new TestKeyRing();

    public StoreLog Log { get; } = new();

    /// <summary>Opens a store.</summary>
    /// <param name="rooms">Which rooms are encrypted; all if omitted.</param>
    /// <param name="isEncrypted">Whether it has a key ring.</param>
    /// <param name="keys">Another key ring than that of the others.</param>
    public RedisMessageStore Open(Func<string, bool>? rooms = null, bool isEncrypted = true, IChatKeyRing? keys = null)
    {
        var store = new RedisMessageStore(
            RedisConnection.Own(ConfigurationOptions.Parse(configuration)), new RedisStoreOptions { KeyPrefix = Prefix, SealAfter = sealAfter }, null, null, Log,
            isEncrypted ? new ChatEncryption(keys ?? Ring, rooms) : null);
        _stores.Add(store);
        return store;
    }

    public Chat NewChat(Func<string, bool>? rooms = null, bool isEncrypted = true, IChatKeyRing? keys = null, ChatOptions? options = null) =>
        new(Open(rooms, isEncrypted, keys), options);

    public async ValueTask DisposeAsync()
    {
        foreach (var store in _stores)
        {
            await store.DisposeAsync();
        }
    }
}
