using StackExchange.Redis;

namespace RedisChat.IntegrationTests.Redis;

/// <summary>Tests that count how many commands an operation takes, and how many of them wait for another's answer.</summary>
public abstract class RoundTripTestBase(TestServer server) : IAsyncLifetime
{
    private protected static readonly string[] Script = ["EVALSHA"];

    private ConnectionMultiplexer _connection = null!;

    protected static CancellationToken Cancelled => TestContext.Current.CancellationToken;

    protected TestServer Server => server;

    protected string Prefix { get; } = $"test-{Guid.NewGuid():n}";

    private protected StepProxy Proxy { get; private set; } = null!;

    /// <summary>The stores of all chats so far.</summary>
    protected List<RedisMessageStore> Stores { get; } = [];

    public async ValueTask InitializeAsync()
    {
        Proxy = new StepProxy(server.Connection.GetEndPoints()[0], Prefix);
        _connection = await ConnectionMultiplexer.ConnectAsync(Proxy.Configure($"{server.Configuration},asyncTimeout=60000"));

        // The first use of a script on a connection loads it; later uses send only its hash.
        var chat = await NewChatAsync();
        await chat.SendAsync("warm up", "alice", "hello", Cancelled);
        await chat.EditAsync("warm up", 1, "alice", "hi", Cancelled);
    }

    public async ValueTask DisposeAsync()
    {
        GC.SuppressFinalize(this);
        await _connection.DisposeAsync();
        await Proxy.DisposeAsync();
    }

    protected async Task FillAsync(Chat chat, int count)
    {
        for (var sent = 0; sent < count; sent += 50)
        {
            await chat.SendManyAsync("lobby", [.. Enumerable.Repeat(new NewMessage("alice", "hello"), Math.Min(50, count - sent))], Cancelled);
        }

        // Background sealing would be counted.
        await Task.WhenAll(Stores.Select(store => store.SealedAsync()));
    }

    /// <summary>A chat that knows no room yet. The first use of a connection also checks whether the server is fit to keep messages.</summary>
    protected async Task<Chat> NewChatAsync(TimeProvider? clock = null, int? sealAfter = 2)
    {
        Stores.Add(new RedisMessageStore(
            RedisChat.Redis.RedisConnection.Shared(_connection), new RedisStoreOptions { KeyPrefix = Prefix, SealAfter = sealAfter, LiveProbeInterval = TimeSpan.FromMinutes(1) }, null, clock));
        var chat = new Chat(
            Stores[^1],
            new ChatOptions { OperationTimeout = TimeSpan.FromMinutes(1) });
        await chat.GetAsync("another room", 1, Cancelled);
        return chat;
    }

    private protected sealed class WrongClock : TimeProvider
    {
        public override DateTimeOffset GetUtcNow() => base.GetUtcNow().AddHours(-7);
    }
}
