using RedisChat.Conformance;
using RedisChat.IntegrationTests.Redis;
using RedisChat.Redis;
using StackExchange.Redis;

namespace RedisChat.IntegrationTests.Conformance;

/// <summary>Opens Redis stores that seal each bucket as soon as the next one begins. Each has its own connection, as another process would.</summary>
internal sealed class SealedStores(TestServer server)
{
    private readonly RedisStoreOptions _options = new() { KeyPrefix = $"test-{Guid.NewGuid():n}", SealAfter = 1 };
    private readonly List<RedisMessageStore> _made = [];
    private readonly SealingLog _log = new();

    public RedisMessageStore Make()
    {
        server.NeedRedis("This is the conformance suite with sealed history on a real server; on Garnet the suite's classes seal too.");
        _made.Add(new RedisMessageStore(RedisConnection.Own(ConfigurationOptions.Parse(server.Configuration!)), _options, null, null, _log));
        return _made[^1];
    }

    public async Task SettledAsync()
    {
        await Task.WhenAll(_made.Select(store => store.SealedAsync()));
        _log.Failures.Should().BeEmpty();
    }
}

public sealed class SealedAppendTests(TestServer server) : AppendTests
{
    private readonly SealedStores _stores = new(server);

    protected override IMessageStore MakeStore() => _stores.Make();

    protected override Task SettledAsync() => _stores.SettledAsync();
}

public sealed class SealedIdempotencyTests(TestServer server) : IdempotencyTests
{
    private readonly SealedStores _stores = new(server);

    protected override IMessageStore MakeStore() => _stores.Make();

    protected override Task SettledAsync() => _stores.SettledAsync();
}

public sealed class SealedReadTests(TestServer server) : ReadTests
{
    private readonly SealedStores _stores = new(server);

    protected override IMessageStore MakeStore() => _stores.Make();

    protected override Task SettledAsync() => _stores.SettledAsync();
}

public sealed class SealedReactionTests(TestServer server) : ReactionTests
{
    private readonly SealedStores _stores = new(server);

    protected override IMessageStore MakeStore() => _stores.Make();

    protected override Task SettledAsync() => _stores.SettledAsync();
}

public sealed class SealedChangeTests(TestServer server) : ChangeTests
{
    private readonly SealedStores _stores = new(server);

    protected override IMessageStore MakeStore() => _stores.Make();

    protected override Task SettledAsync() => _stores.SettledAsync();
}

public sealed class SealedLongHistoryTests(TestServer server) : LongHistoryTests
{
    private readonly SealedStores _stores = new(server);

    protected override IMessageStore MakeStore() => _stores.Make();

    protected override Task SettledAsync() => _stores.SettledAsync();
}

public sealed class SealedWatchTests(TestServer server) : WatchTests
{
    private readonly SealedStores _stores = new(server);

    protected override IMessageStore MakeStore() => _stores.Make();

    protected override Task SettledAsync() => _stores.SettledAsync();
}

#if NET10_0_OR_GREATER
public sealed class SealedModelTests(TestServer server) : ModelTests
{
    private readonly SealedStores _stores = new(server);

    protected override IMessageStore MakeStore() => _stores.Make();

    protected override Task SettledAsync() => _stores.SettledAsync();
}

public sealed class SealedWatchModelTests(TestServer server) : WatchModelTests
{
    private readonly SealedStores _stores = new(server);

    protected override IMessageStore MakeStore() => _stores.Make();

    protected override Task SettledAsync() => _stores.SettledAsync();
}
#endif
