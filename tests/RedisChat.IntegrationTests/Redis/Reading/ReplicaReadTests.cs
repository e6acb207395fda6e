using RedisChat.IntegrationTests.Conformance;
using RedisChat.Redis;
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
        await using var reading = Open(primary, replica, new PatientClock());
        await using var both = Open(primary, replica);
        var writer = new Chat(writing);
        await writer.SendAsync("lobby", "alice", "replicated", Cancelled);
        await Poll.UntilAsync(async () => await replica.AskAsync("HGET", "chatroom:{lobby}", "last") is ["1"], "the replica has the message");

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

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task The_primary_replaces_a_replica_that_does_not_know_yet_that_an_archived_room_was_deleted(bool isCreatedAgain)
    {
        await using var primary = await RedisProcess.StartAsync("--repl-diskless-sync-delay", "0");
        await using var network = new FaultProxy(primary.Port);
        await using var replica = await RedisProcess.StartAsync("--replicaof", network.Configuration.Replace(':', ' '));
        await Poll.UntilAsync(async () => (await replica.AskAsync("ROLE"))[3] == "connected", "the replica is connected");
        var directory = Directory.CreateTempSubdirectory("redischat-archive-");
        await using var writing = new RedisMessageStore(ConfigurationOptions.Parse(primary.Configuration), new RedisStoreOptions { SealAfter = 1 });
        (writing.Archiving.Margin, writing.Archiving.Rest) = (TimeSpan.Zero, TimeSpan.Zero);
        var archive = new FileRoomArchive(directory.FullName);
        var writer = new Chat(writing, archive: archive);
        for (var n = 0; n < 600; n += 100)
        {
            await writer.SendManyAsync("lobby", [.. Enumerable.Range(n + 1, 100).Select(id => new NewMessage("alice", $"old {id}"))], Cancelled);
        }

        await writing.SealedAsync();
        await ArchivingStores.ArchiveAsync(writing, "lobby");
        await Poll.UntilAsync(async () => await replica.AskAsync("HGET", "chatroom:{lobby}", "archived") is [['3', ' ', ..]], "the replica has the room");
        await using var before = Open(primary, replica);
        var query = new MessageQuery { Before = 50 };
        (await new Chat(before, archive: archive).ReceiveAsync("lobby", query, Cancelled)).Messages.Should().HaveCount(49).And.OnlyContain(message => message.Text.StartsWith("old", StringComparison.Ordinal));

        // Now the replica falls behind.
        network.BlackHole();
        await writer.Rooms.DeleteAsync("lobby", Actor.Application, cancellationToken: Cancelled);
        if (isCreatedAgain)
        {
            await writer.SendAsync("lobby", "alice", "new", Cancelled);
        }

        await using var reading = Open(primary, replica);
        var page = await new Chat(reading, archive: archive).ReceiveAsync("lobby", query, Cancelled);

        page.Messages.Select(message => message.Text).Should().Equal(isCreatedAgain ? ["new"] : []);
        (await replica.AskAsync("HGET", "chatroom:{lobby}", "archived"))[0].Should().StartWith("3 ", "it still has the room");
        directory.Delete(recursive: true);
    }

    private static RedisMessageStore Open(RedisProcess primary, RedisProcess replica, TimeProvider? time = null) => new(
        RedisConnection.Own(ConfigurationOptions.Parse($"{primary.Configuration},{replica.Configuration}")), new RedisStoreOptions { PreferReplicas = true }, null, time);

    /// <summary>A replica has a minute in place of a second until the primary is asked: the machine may be busy.</summary>
    private sealed class PatientClock : TimeProvider
    {
        public override ITimer CreateTimer(TimerCallback callback, object? state, TimeSpan dueTime, TimeSpan period) =>
            base.CreateTimer(callback, state, dueTime == TimeSpan.FromSeconds(1) ? TimeSpan.FromMinutes(1) : dueTime, period);
    }
}
