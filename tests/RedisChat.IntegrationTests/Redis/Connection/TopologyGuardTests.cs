using RedisChat.Redis;
using StackExchange.Redis;

namespace RedisChat.IntegrationTests.Redis;

/// <summary>If two servers both claim to be the primary, one of them is stale and will lose the writes it accepts.</summary>
public sealed class TopologyGuardTests
{
    private static CancellationToken Cancelled => TestContext.Current.CancellationToken;

    [Fact]
    public async Task While_two_connected_servers_claim_to_be_the_primary_writes_fail_and_reads_work()
    {
        await using var one = await RedisProcess.StartAsync();
        await using var other = await RedisProcess.StartAsync();
        foreach (var server in new[] { one, other })
        {
            // An edit reads the message before it writes.
            await using var alone = new RedisMessageStore(ConfigurationOptions.Parse(server.Configuration));
            await new Chat(alone).SendAsync("lobby", "alice", "before", Cancelled);
        }

        await using var store = await ConnectAsync($"{one.Configuration},{other.Configuration}");
        var chat = new Chat(store, new ChatOptions { OperationTimeout = TimeSpan.FromSeconds(5) });

        await ExpectRefusalAsync(() => chat.SendAsync("lobby", "alice", "hello", Cancelled), ChatOperations.Send);
        await ExpectRefusalAsync(() => chat.EditAsync("lobby", 1, "alice", "hello", Cancelled), ChatOperations.Edit);
        (await new Chat(store).ReceiveAsync("lobby", cancellationToken: Cancelled)).Messages.Should().ContainSingle().Which.Text.Should().Be("before");
        foreach (var server in new[] { one, other })
        {
            (await server.AskAsync("HMGET", "chatroom:{lobby}", "last", "rev")).Should().StartWith("1").And.NotContain(revision => revision.Length > 1);
        }
    }

    [Fact]
    public async Task Once_one_of_them_is_a_replica_sending_resumes()
    {
        await using var one = await RedisProcess.StartAsync();
        await using var other = await RedisProcess.StartAsync();
        await using var store = await ConnectAsync($"{one.Configuration},{other.Configuration}");
        var chat = new Chat(store, new ChatOptions { OperationTimeout = TimeSpan.FromMinutes(1) });
        var impatient = new Chat(store, new ChatOptions { OperationTimeout = TimeSpan.FromSeconds(5) });
        await ExpectRefusalAsync(() => impatient.SendAsync("lobby", "alice", "hello", Cancelled), ChatOperations.Send);

        var send = chat.SendAsync("lobby", "alice", "hello", Cancelled);
        await other.AskAsync("REPLICAOF", "127.0.0.1", $"{one.Port}");

        // As Sentinel does, so that clients check the server's role again.
        await other.AskAsync("CLIENT", "KILL", "TYPE", "normal");
        (await send).Id.Should().Be(1);
    }

    [Fact]
    public async Task One_server_under_two_names_is_one_primary_and_is_asked_once()
    {
        await using var redis = await RedisProcess.StartAsync();
        await using var store = await ConnectAsync($"localhost:{redis.Port},{redis.Configuration}");
        var chat = new Chat(store);
        await chat.SendAsync("lobby", "alice", "hello", Cancelled);
        await chat.EditAsync("lobby", 1, "alice", "changed", Cancelled);
        await chat.SendAsync("lobby", "alice", "hello", Cancelled);
        var questions = 0;
        var asked = await AskedAsync();

        for (var i = 0; i < 50; i++)
        {
            await chat.SendAsync("lobby", "alice", "hello", Cancelled);
        }

        (await AskedAsync()).Should().Be(asked);
        (await chat.CheckHealthAsync(TimeSpan.FromSeconds(20), Cancelled)).IsHealthy.Should().BeTrue();

        // Each of these queries counts too.
        async Task<int> AskedAsync() => int.Parse(
            (await redis.AskAsync("INFO", "commandstats"))[0].Split("\r\n")
                .FirstOrDefault(line => line.StartsWith("cmdstat_info:", StringComparison.Ordinal))?.Split('=', ',')[1] ?? "0",
            System.Globalization.CultureInfo.InvariantCulture) - questions++;
    }

    [Fact]
    public async Task Durable_sends_to_one_server_under_two_names_are_confirmed_over_either()
    {
        await using var redis = await RedisProcess.StartAsync("--repl-diskless-sync-delay", "0");
        await using var replica = await RedisProcess.StartAsync("--replicaof", $"127.0.0.1 {redis.Port}");
        await Poll.UntilAsync(async () => (await replica.AskAsync("ROLE"))[3] == "connected", "the replica is connected");
        await using var store = new RedisMessageStore(ConfigurationOptions.Parse($"localhost:{redis.Port},{redis.Configuration}"));
        var chat = new Chat(store, new ChatOptions { Durability = Durability.Replicated(1, TimeSpan.FromSeconds(10)), OperationTimeout = TimeSpan.FromSeconds(30) });

        for (var id = 1; id <= 20; id++)
        {
            (await chat.SendAsync("lobby", "alice", "hello", Cancelled)).Id.Should().Be(id);
        }
    }

    // On a slow machine the client library continues once it has connected to one of them.
    private static async Task<RedisMessageStore> ConnectAsync(string configuration)
    {
        var connection = RedisConnection.Own(ConfigurationOptions.Parse(configuration));
        var link = await connection.ConnectAsync(Cancelled);
        await Poll.UntilAsync(() => Task.FromResult(Array.TrueForAll(link.Multiplexer.GetServers(), server => server.IsConnected)), "all are connected");
        return new RedisMessageStore(connection, options: null, keys: null);
    }

    private static async Task ExpectRefusalAsync(Func<Task> write, string operation)
    {
        var error = (await write.Should().ThrowAsync<ChatTopologyException>()).Which;
        error.Room.Should().Be("lobby");
        error.Operation.Should().Be(operation);
    }
}
