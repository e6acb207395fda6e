using System.Diagnostics;
using RedisChat.Conformance;
using StackExchange.Redis;

namespace RedisChat.IntegrationTests.Redis;

/// <summary>A stuck connection is replaced; a working one is not.</summary>
public sealed class WatchdogTests
{
    private static CancellationToken Cancelled => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Connections_that_swallow_everything_are_replaced_for_senders_and_watchers()
    {
        await using var redis = await RedisProcess.StartAsync();
        await using var network = new FaultProxy(redis.Port);
        await using var store = new RedisMessageStore(ConfigurationOptions.Parse(network.Configuration));
        await using var outside = new RedisMessageStore(ConfigurationOptions.Parse(redis.Configuration));
        var chat = new Chat(store, new ChatOptions { OperationTimeout = TimeSpan.FromMinutes(1) });
        await chat.SendAsync("lobby", "alice", "before", Cancelled);
        await using var log = new WatchLog(store.WatchAsync("lobby"));
        await log.CaughtUpAsync();

        network.BlackHole();
        var time = Stopwatch.StartNew();
        (await chat.SendAsync("lobby", "alice", "after", Cancelled)).Id.Should().Be(2);
        var sent = time.Elapsed;
        await log.UntilAsync(l => l.CreatedIds.Contains(2));
        TestContext.Current.TestOutputHelper?.WriteLine($"Sent after {sent.TotalSeconds:0.0} s, received after {time.Elapsed.TotalSeconds:0.0} s.");

        // Delivered live again, not by probes.
        for (var id = 3; id <= 20; id++)
        {
            await new Chat(outside).SendAsync("lobby", "alice", "live", Cancelled);
            await log.UntilAsync(l => l.CreatedIds.Contains(id));
        }

        // The client library alone takes 20 seconds or more.
        sent.Should().BeLessThan(TimeSpan.FromSeconds(18));
    }

    [Fact]
    public async Task A_process_that_only_watches_finds_that_its_connections_swallow_everything()
    {
        await using var redis = await RedisProcess.StartAsync();
        await using var network = new FaultProxy(redis.Port);
        await using var store = new RedisMessageStore(ConfigurationOptions.Parse(network.Configuration));
        await using var outside = new RedisMessageStore(ConfigurationOptions.Parse(redis.Configuration));
        await using var log = new WatchLog(store.WatchAsync("lobby"));
        await log.CaughtUpAsync();

        network.BlackHole();
        var time = Stopwatch.StartNew();
        await new Chat(outside).SendAsync("lobby", "alice", "hello", Cancelled);
        await log.UntilAsync(l => l.CreatedIds.Contains(1));

        TestContext.Current.TestOutputHelper?.WriteLine($"Received after {time.Elapsed.TotalSeconds:0.0} s.");
        time.Elapsed.Should().BeLessThan(TimeSpan.FromSeconds(18));
    }

    [Fact]
    public async Task A_server_that_is_down_or_slow_does_not_cause_a_new_connection()
    {
        await using var redis = await RedisProcess.StartAsync();
        await using var store = new RedisMessageStore(ConfigurationOptions.Parse(redis.Configuration));
        await using var admin = await redis.ConnectAsync();
        var chat = new Chat(store, new ChatOptions { OperationTimeout = TimeSpan.FromSeconds(2) });
        await new Chat(store).SendAsync("lobby", "alice", "before", Cancelled);
        var before = await ClientsAsync(admin);

        redis.Freeze();
        var send = () => chat.SendAsync("lobby", "alice", "into the cold", Cancelled);
        await send.Should().ThrowAsync<ChatUnavailableException>();
        redis.Thaw();
        await new Chat(store).SendAsync("lobby", "alice", "after", Cancelled);

        (await ClientsAsync(admin)).Should().Contain(before, "the store keeps using the same connections");
    }

    [Fact]
    public async Task A_store_disposed_while_its_connection_is_checked_ends_at_once_and_leaves_no_connection()
    {
        await using var redis = await RedisProcess.StartAsync();
        await using var network = new FaultProxy(redis.Port);
        var store = new RedisMessageStore(ConfigurationOptions.Parse(network.Configuration));
        await new Chat(store).SendAsync("lobby", "alice", "before", Cancelled);

        network.BlackHole();
        var chat = new Chat(store, new ChatOptions { OperationTimeout = TimeSpan.FromSeconds(1) });
        var send = () => chat.SendAsync("lobby", "alice", "into the hole", Cancelled);
        await send.Should().ThrowAsync<ChatUnavailableException>();
        var time = Stopwatch.StartNew();
        await store.DisposeAsync();

        time.Elapsed.Should().BeLessThan(TimeSpan.FromSeconds(5));
        network.Cut();
        await using var admin = await redis.ConnectAsync();
        await Poll.UntilAsync(async () => (await ClientsAsync(admin)).Length == 2, "only the administrator is connected");
    }

    private static async Task<long[]> ClientsAsync(ConnectionMultiplexer admin) =>
        [.. (await admin.GetServers()[0].ClientListAsync()).Select(client => client.Id)];
}
