using RedisChat.Conformance;
using StackExchange.Redis;

namespace RedisChat.IntegrationTests.Topology;

/// <summary>Rooms spread over a cluster work as they do on one server.</summary>
public sealed class ClusterTests
{
    private const int Rooms = 30;

    private static CancellationToken Cancelled => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Rooms_all_over_the_cluster_work_each_with_its_keys_and_its_channel_in_one_slot()
    {
        await using var cluster = await ClusterDeployment.StartPatientAsync();
        await using var store = new RedisMessageStore(ConfigurationOptions.Parse(cluster.Configuration));
        var chat = new Chat(store);
        var rooms = Enumerable.Range(0, Rooms).Select(n => $"room {n}").ToList();
        var logs = rooms.ToDictionary(room => room, room => new WatchLog(chat.WatchAsync(room)));
        await Task.WhenAll(logs.Values.Select(log => log.CaughtUpAsync()));

        await Task.WhenAll(rooms.Select(room => UseAsync(chat, room)));

        foreach (var (room, log) in logs)
        {
            var whole = await chat.ReceiveAsync(room, cancellationToken: Cancelled);
            await log.ReachesAsync(whole.Position);
            log.Room.Should().Equal(whole.Messages);
        }

        await ShouldBeInOneSlotEachAsync(cluster, rooms);
        (await chat.CheckHealthAsync(Cancelled)).IsHealthy.Should().BeTrue();
        await Task.WhenAll(logs.Values.Select(log => log.DisposeAsync().AsTask()));
    }

    private static async Task UseAsync(Chat chat, string room)
    {
        var message = new NewMessage("alice", "hello") { IdempotencyKey = "key" };
        var first = await chat.SendAsync(room, message, Cancelled);
        (await chat.SendAsync(room, message, Cancelled)).Should().Be(first with { IsDuplicate = true });
        await chat.SendManyAsync(room, [new("bob", "two"), new("alice", "three")], Cancelled);
        (await chat.EditAsync(room, 1, "alice", "changed", Cancelled)).Should().NotBeNull();
        await chat.DeleteAsync(room, 2, "bob", cancellationToken: Cancelled);
        (await chat.Room(room).Reactions.AddAsync(3, "bob", "👍", Cancelled)).Should().Equal(new Reaction("👍", 1, Own: 1));
        (await chat.GetAsync(room, 1, Cancelled))!.Text.Should().Be("changed");
        (await chat.ReceiveAsync(room, new MessageQuery { User = "alice" }, Cancelled)).Messages.Select(m => m.Id).Should().Equal(1, 3);
        (await chat.ReadChangesAsync(room, first.Position, cancellationToken: Cancelled)).Events.Should().HaveCount(4, "an edit, a deletion, a message and its reaction are new");
    }

    private static async Task ShouldBeInOneSlotEachAsync(ClusterDeployment cluster, List<string> rooms)
    {
        var channels = 0;
        var keys = 0;
        foreach (var primary in cluster.Nodes.Take(3))
        {
            var here = await primary.AskAsync("PUBSUB", "SHARDCHANNELS");
            here.Should().NotBeEmpty("rooms are watched on each shard");
            channels += here.Count;
            foreach (var key in await primary.AskAsync("KEYS", "chatroom:{room *"))
            {
                keys++;
                var room = rooms.Find(room => key.StartsWith($"chatroom:{{{room}}}", StringComparison.Ordinal))!;
                (await cluster.SlotAsync(key)).Should().Be(await cluster.SlotAsync($"chatroom:{{{room}}}:live"));
                here.Should().Contain($"chatroom:{{{room}}}:live");
            }
        }

        channels.Should().Be(Rooms);
        keys.Should().BeGreaterThanOrEqualTo(6 * Rooms, "a room, its messages, its two users, its record of sends and its change log");
    }
}
