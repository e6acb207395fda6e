using StackExchange.Redis;

namespace RedisChat.IntegrationTests.Redis;

/// <summary>Pages read from a replica may be as stale as the replica, but never older than the process has seen.</summary>
public sealed class ReplicaReadTests
{
    private static CancellationToken Cancelled => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Pages_come_from_the_replica_unless_it_is_behind_what_the_process_has_seen()
    {
        await using var primary = await RedisProcess.StartAsync("--repl-diskless-sync-delay", "0");
        await using var network = new FaultProxy(primary.Port);
        await using var replica = await RedisProcess.StartAsync("--replicaof", network.Configuration.Replace(':', ' '));
        await Poll.UntilAsync(async () => (await replica.AskAsync("ROLE"))[3] == "connected", "the replica is connected");
        await using var writing = new RedisMessageStore(ConfigurationOptions.Parse(primary.Configuration));
        await using var reading = Open(primary, replica);
        await using var both = Open(primary, replica);
        var writer = new Chat(writing);
        await writer.SendAsync("lobby", "alice", "replicated", Cancelled);
        await primary.AskAsync("WAIT", "1", "10000");

        // Now the replica falls behind.
        network.BlackHole();
        await writer.SendAsync("lobby", "alice", "not replicated", Cancelled);
        var old = await new Chat(reading).ReceiveAsync("lobby", cancellationToken: Cancelled);
        old.Messages.Should().ContainSingle().Which.Text.Should().Be("replicated");
        (await new Chat(reading).ReceiveAsync("lobby", new MessageQuery { User = "alice" }, Cancelled)).Messages.Should().ContainSingle();
        (await replica.AskAsync("INFO", "commandstats"))[0].Should().Contain("cmdstat_hmget").And.Contain("cmdstat_getrange");

        // Reading on from its position misses nothing.
        (await new Chat(reading).ReadChangesAsync("lobby", old.Position, cancellationToken: Cancelled))
            .Events.Should().ContainSingle().Which.Should().BeOfType<RoomEvent.Created>().Which.Message.Text.Should().Be("not replicated");

        // A process sees its own sends and changes.
        var chat = new Chat(both);
        var sent = await chat.SendAsync("lobby", "bob", "mine", Cancelled);
        var page = await chat.ReceiveAsync("lobby", cancellationToken: Cancelled);
        page.Position.IsAtOrAfter(sent.Position).Should().BeTrue();
        page.Messages.Should().HaveCount(3);
        await new Chat(reading).EditAsync("lobby", 1, "alice", "edited", Cancelled);
        (await new Chat(reading).ReceiveAsync("lobby", cancellationToken: Cancelled)).Messages[0].Text.Should().Be("edited");
    }

    [Fact]
    public async Task The_primary_replaces_a_replica_that_does_not_answer()
    {
        await using var primary = await RedisProcess.StartAsync("--repl-diskless-sync-delay", "0");
        await using var replica = await RedisProcess.StartAsync("--replicaof", $"127.0.0.1 {primary.Port}");
        await Poll.UntilAsync(async () => (await replica.AskAsync("ROLE"))[3] == "connected", "the replica is connected");
        await using var store = Open(primary, replica);
        var chat = new Chat(store);
        await chat.SendAsync("lobby", "alice", "hello", Cancelled);

        replica.Freeze();
        (await chat.ReceiveAsync("lobby", cancellationToken: Cancelled)).Messages.Should().ContainSingle();
        replica.Thaw();
    }

    private static RedisMessageStore Open(RedisProcess primary, RedisProcess replica) => new(
        ConfigurationOptions.Parse($"{primary.Configuration},{replica.Configuration}"), new RedisStoreOptions { PreferReplicas = true });
}
