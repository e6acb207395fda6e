using StackExchange.Redis;

namespace RedisChat.IntegrationTests.Redis;

/// <summary>Two servers that both claim to be the primary: one of them is stale, and will lose what it takes.</summary>
public sealed class TopologyGuardTests
{
    private static CancellationToken Cancelled => TestContext.Current.CancellationToken;

    [Fact]
    public async Task While_two_connected_servers_claim_to_be_the_primary_writes_fail_and_reads_go_on()
    {
        await using var one = await RedisProcess.StartAsync();
        await using var other = await RedisProcess.StartAsync();
        await using var store = new RedisMessageStore(ConfigurationOptions.Parse($"{one.Configuration},{other.Configuration}"));
        var chat = new Chat(store, new ChatOptions { OperationTimeout = TimeSpan.FromSeconds(1) });

        await ExpectRefusalAsync(() => chat.SendAsync("lobby", "alice", "hello", Cancelled), ChatOperations.Send);
        await ExpectRefusalAsync(() => chat.EditAsync("lobby", 1, "alice", "hello", Cancelled), ChatOperations.Edit);
        (await chat.ReceiveAsync("lobby", cancellationToken: Cancelled)).Messages.Should().BeEmpty();
        foreach (var server in new[] { one, other })
        {
            await using var connection = await server.ConnectAsync();
            (await connection.GetServers()[0].DatabaseSizeAsync()).Should().Be(0);
        }
    }

    [Fact]
    public async Task Once_one_of_them_is_a_replica_sending_goes_on()
    {
        await using var one = await RedisProcess.StartAsync();
        await using var other = await RedisProcess.StartAsync();
        await using var store = new RedisMessageStore(ConfigurationOptions.Parse($"{one.Configuration},{other.Configuration}"));
        var chat = new Chat(store, new ChatOptions { OperationTimeout = TimeSpan.FromMinutes(1) });
        var impatient = new Chat(store, new ChatOptions { OperationTimeout = TimeSpan.FromSeconds(1) });
        await ExpectRefusalAsync(() => impatient.SendAsync("lobby", "alice", "hello", Cancelled), ChatOperations.Send);

        var send = chat.SendAsync("lobby", "alice", "hello", Cancelled);
        await other.AskAsync("REPLICAOF", "127.0.0.1", $"{one.Port}");

        // As Sentinel does, so that clients look again what the server is.
        await other.AskAsync("CLIENT", "KILL", "TYPE", "normal");
        (await send).Id.Should().Be(1);
    }

    private static async Task ExpectRefusalAsync(Func<Task> write, string operation)
    {
        var error = (await write.Should().ThrowAsync<ChatTopologyException>()).Which;
        error.Room.Should().Be("lobby");
        error.Operation.Should().Be(operation);
    }
}
