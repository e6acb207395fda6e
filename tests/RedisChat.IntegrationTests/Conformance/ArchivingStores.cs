using RedisChat.Conformance;
using RedisChat.IntegrationTests.Redis;
using RedisChat.IntegrationTests.Redis.Archive;
using RedisChat.Redis;
using StackExchange.Redis;

namespace RedisChat.IntegrationTests.Conformance;

/// <summary>
/// Opens Redis stores that move all but the newest buckets to one archive whenever they settle, and at once what was put back. Each has its own connection, as in another process.
/// </summary>
internal abstract class ArchivingStores : StoreFactory
{
    private readonly RedisStoreOptions _options = new() { KeyPrefix = $"test-{Guid.NewGuid():n}", SealAfter = 1 };
    private readonly List<RedisMessageStore> _opened = [];
    private readonly StoreLog _log = new();
    private readonly MemoryArchive _archive = new();

    /// <summary>How often lost events are looked for: an erasure takes several times as long.</summary>
    public TimeSpan Probe { init => _options.LiveProbeInterval = value; }

    /// <summary>How to connect. Skips the test if there is no server.</summary>
    protected abstract string Configuration { get; }

    public override IMessageStore Open()
    {
        var store = new RedisMessageStore(RedisConnection.Own(ConfigurationOptions.Parse(StoreFactories.Patient(Configuration))), _options, null, null, _log);
        store.Archiving.UseArchive(_archive);
        (store.Archiving.Margin, store.Archiving.Rest) = (TimeSpan.Zero, TimeSpan.Zero);
        _opened.Add(store);
        return store;
    }

    public override async Task SettleAsync()
    {
        await Task.WhenAll(_opened.Select(store => store.SealedAsync()));
        foreach (var room in await RoomsAsync())
        {
            await ArchiveAsync(_opened[0], room);
        }

        _log.Of("SealingFailed").Should().BeEmpty();
        _log.Of("ArchiveIsAhead").Should().BeEmpty();
    }

    /// <summary>Moves everything that may be moved.</summary>
    public static async Task ArchiveAsync(RedisMessageStore store, string room)
    {
        while (await store.Archiving.ArchiveStepAsync(room, new ArchivePolicy { KeepMessages = 1 }, TestContext.Current.CancellationToken) is { Next: { } next } && next == TimeSpan.Zero)
        {
        }
    }

    private async Task<List<string>> RoomsAsync()
    {
        await using var connection = await ConnectionMultiplexer.ConnectAsync(Configuration);
        var rooms = new List<string>();
        foreach (var server in connection.GetServers())
        {
            await foreach (var key in server.KeysAsync(pattern: $"{_options.KeyPrefix}:{{*}}", pageSize: 1000))
            {
                rooms.Add(((string)key!)[(_options.KeyPrefix.Length + 2)..^1]);
            }
        }

        return rooms;
    }
}
