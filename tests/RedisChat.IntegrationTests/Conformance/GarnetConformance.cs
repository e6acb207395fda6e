using RedisChat.Conformance;
using StackExchange.Redis;

namespace RedisChat.IntegrationTests.Conformance;

/// <summary>Opens Redis stores on the embedded Garnet. Each has its own connection, as another process would.</summary>
internal sealed class GarnetStores(SharedGarnet garnet)
{
    private readonly RedisStoreOptions _options = new() { KeyPrefix = $"test-{Guid.NewGuid():n}" };

    public RedisMessageStore Make() => new(ConfigurationOptions.Parse(garnet.Configuration), _options);
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

public sealed class GarnetChangeTests(SharedGarnet garnet) : ChangeTests
{
    private readonly GarnetStores _stores = new(garnet);

    protected override IMessageStore MakeStore() => _stores.Make();
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
