using RedisChat.Conformance;
using RedisChat.IntegrationTests.Redis;
using RedisChat.Redis;
using StackExchange.Redis;

namespace RedisChat.IntegrationTests.Conformance;

/// <summary>Opens Redis stores that seal each bucket as soon as the next one begins. Each has its own connection, as in another process.</summary>
internal abstract class SealingStores : StoreFactory
{
    private readonly RedisStoreOptions _options = new() { KeyPrefix = $"test-{Guid.NewGuid():n}", SealAfter = 1 };

    private readonly List<RedisMessageStore> _opened = [];
    private readonly StoreLog _log = new();

    /// <summary>How often lost events are looked for: an erasure takes several times as long.</summary>
    public TimeSpan Probe { init => _options.LiveProbeInterval = value; }

    /// <summary>How to connect. Skips the test if there is no server.</summary>
    protected abstract string Configuration { get; }

    /// <summary>How to encrypt; <see langword="null"/> to store everything as it is.</summary>
    protected virtual ChatEncryption? Encryption => null;

    public override IMessageStore Open()
    {
        _opened.Add(new RedisMessageStore(RedisConnection.Own(ConfigurationOptions.Parse(StoreFactories.Patient(Configuration))), _options, null, null, _log, Encryption));
        return _opened[^1];
    }

    public override async Task SettleAsync()
    {
        await Task.WhenAll(_opened.Select(store => store.SealedAsync()));
        _log.Of("SealingFailed").Should().BeEmpty();
    }
}
