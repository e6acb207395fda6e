using RedisChat.Conformance;
using StackExchange.Redis;

namespace RedisChat.IntegrationTests.Conformance;

/// <summary>Opens Redis stores for the conformance suite. Each has its own connection, as another process would.</summary>
internal sealed class RedisStores(TestServer server)
{
    private readonly RedisStoreOptions _options = new() { KeyPrefix = $"test-{Guid.NewGuid():n}" };

    public RedisMessageStore Make()
    {
        server.NeedRedis("This is the conformance suite on a real server; on Garnet it runs in classes of its own.");
        return new RedisMessageStore(ConfigurationOptions.Parse(server.Configuration!), _options);
    }
}

public sealed class RedisAppendTests(TestServer server) : AppendTests
{
    private readonly RedisStores _stores = new(server);

    protected override IMessageStore MakeStore() => _stores.Make();
}

public sealed class RedisIdempotencyTests(TestServer server) : IdempotencyTests
{
    private readonly RedisStores _stores = new(server);

    protected override IMessageStore MakeStore() => _stores.Make();
}

public sealed class RedisReadTests(TestServer server) : ReadTests
{
    private readonly RedisStores _stores = new(server);

    protected override IMessageStore MakeStore() => _stores.Make();
}

public sealed class RedisReactionTests(TestServer server) : ReactionTests
{
    private readonly RedisStores _stores = new(server);

    protected override IMessageStore MakeStore() => _stores.Make();
}

public sealed class RedisChangeTests(TestServer server) : ChangeTests
{
    private readonly RedisStores _stores = new(server);

    protected override IMessageStore MakeStore() => _stores.Make();
}

public sealed class RedisLongHistoryTests(TestServer server) : LongHistoryTests
{
    private readonly RedisStores _stores = new(server);

    protected override IMessageStore MakeStore() => _stores.Make();
}

public sealed class RedisWatchTests(TestServer server) : WatchTests
{
    private readonly RedisStores _stores = new(server);

    protected override IMessageStore MakeStore() => _stores.Make();
}

#if NET10_0_OR_GREATER
public sealed class RedisModelTests(TestServer server) : ModelTests
{
    private readonly RedisStores _stores = new(server);

    protected override IMessageStore MakeStore() => _stores.Make();
}

public sealed class RedisWatchModelTests(TestServer server) : WatchModelTests
{
    private readonly RedisStores _stores = new(server);

    protected override IMessageStore MakeStore() => _stores.Make();
}
#endif
