using RedisChat.Conformance;
using RedisChat.IntegrationTests.Redis;
using RedisChat.Redis;
using StackExchange.Redis;

namespace RedisChat.IntegrationTests.Conformance;

/// <summary>Opens Redis stores on the embedded Garnet, which seal as early as can be. Each has its own connection, as another process would.</summary>
internal sealed class GarnetStores(SharedGarnet garnet)
{
    private readonly RedisStoreOptions _options = new() { KeyPrefix = $"test-{Guid.NewGuid():n}", SealAfter = 1 };
    private readonly List<RedisMessageStore> _made = [];
    private readonly SealingLog _log = new();

    public RedisMessageStore Make()
    {
        _made.Add(new RedisMessageStore(RedisConnection.Own(ConfigurationOptions.Parse(garnet.Configuration)), _options, null, null, _log));
        return _made[^1];
    }

    public async Task SettledAsync()
    {
        await Task.WhenAll(_made.Select(store => store.SealedAsync()));
        _log.Failures.Should().BeEmpty();
    }
}

public sealed class GarnetAppendTests(SharedGarnet garnet) : AppendTests
{
    private readonly GarnetStores _stores = new(garnet);

    protected override IMessageStore MakeStore() => _stores.Make();
}

public sealed class GarnetIdempotencyTests(SharedGarnet garnet) : IdempotencyTests
{
    private readonly GarnetStores _stores = new(garnet);

    protected override IMessageStore MakeStore() => _stores.Make();
}

public sealed class GarnetReadTests(SharedGarnet garnet) : ReadTests
{
    private readonly GarnetStores _stores = new(garnet);

    protected override IMessageStore MakeStore() => _stores.Make();
}

public sealed class GarnetReactionTests(SharedGarnet garnet) : ReactionTests
{
    private readonly GarnetStores _stores = new(garnet);

    protected override IMessageStore MakeStore() => _stores.Make();
}

public sealed class GarnetChangeTests(SharedGarnet garnet) : ChangeTests
{
    private readonly GarnetStores _stores = new(garnet);

    protected override IMessageStore MakeStore() => _stores.Make();
}

public sealed class GarnetLongHistoryTests(SharedGarnet garnet) : LongHistoryTests
{
    private readonly GarnetStores _stores = new(garnet);

    protected override IMessageStore MakeStore() => _stores.Make();

    protected override Task SettledAsync() => _stores.SettledAsync();
}

public sealed class GarnetModelTests(SharedGarnet garnet) : ModelTests
{
    private readonly GarnetStores _stores = new(garnet);

    protected override IMessageStore MakeStore() => _stores.Make();
}

public sealed class GarnetWatchTests(SharedGarnet garnet) : WatchTests
{
    private readonly GarnetStores _stores = new(garnet);

    protected override IMessageStore MakeStore() => _stores.Make();
}

public sealed class GarnetWatchModelTests(SharedGarnet garnet) : WatchModelTests
{
    private readonly GarnetStores _stores = new(garnet);

    protected override IMessageStore MakeStore() => _stores.Make();
}
