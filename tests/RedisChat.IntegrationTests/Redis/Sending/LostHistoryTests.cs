using Microsoft.Extensions.Logging;
using RedisChat.Conformance;
using RedisChat.Redis;
using StackExchange.Redis;

namespace RedisChat.IntegrationTests.Redis;

/// <summary>A send that finds a room without the history that its process has seen reports the loss instead of silently reusing ids.</summary>
public sealed class LostHistoryTests
{
    private static CancellationToken Cancelled => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task A_send_into_a_room_that_lost_its_history_is_counted_and_reported_to_the_watchers_at_once(bool wholly)
    {
        await using var redis = await RedisProcess.StartAsync();
        await using var admin = await redis.ConnectAsync();
        var storeLog = new StoreLog();
        await using var store = Open(redis, storeLog);
        var chat = new Chat(store);
        var first = await chat.SendAsync("lobby", "alice", "one", Cancelled);
        await chat.SendAsync("lobby", "alice", "two", Cancelled);
        await using var log = new WatchLog(store.WatchAsync("lobby", RoomPosition.Start));
        await log.CaughtUpAsync();

        await LoseAsync(admin, wholly ? null : first);
        var again = await chat.SendAsync("lobby", "alice", "after", Cancelled);

        again.Id.Should().Be(wholly ? 1 : 2);
        again.Position.Epoch.Should().NotBe(wholly ? first.Position.Epoch : 0);
        storeLog.Of("HistoryLost").Should().NotBeEmpty();
        await log.UntilAsync(l => l.Events.Any(happened => happened is RoomEvent.Gap));
        await log.ReachesAsync(again.Position);
    }

    [Fact]
    public async Task A_forged_report_of_the_rooms_deletion_ends_no_watcher_and_hides_no_loss()
    {
        await using var redis = await RedisProcess.StartAsync();
        await using var admin = await redis.ConnectAsync();
        var storeLog = new StoreLog();
        await using var store = Open(redis, storeLog);
        var chat = new Chat(store);
        var position = (await chat.SendAsync("lobby", "alice", "one", Cancelled)).Position;
        await using var log = new WatchLog(store.WatchAsync("lobby", RoomPosition.Start));
        await log.CaughtUpAsync();
        var catchUps = storeLog.Of("CatchingUp").Count();

        // The report is heard, and compared with the store, before the room really goes.
        await admin.GetSubscriber().PublishAsync(
            RedisChannel.Literal(new KeyNames(new HashTagKeyScheme(), database: 0).Live("lobby")),
            $"x {position.Epoch:x} {position.MessageId} {position.Stamp} {position.Revision + 1} {position.Revision} room\n{{}}");
        await storeLog.LoggedAsync("CatchingUp", catchUps + 1, Cancelled);
        await store.DeletionCheckedAsync();
        await using var other = Open(redis, new StoreLog());
        await new Chat(other).SendAsync("lobby", "alice", "two", Cancelled);
        await log.UntilAsync(l => l.Events[^1] is RoomEvent.Created { Message.Text: "two" });

        storeLog.Of("HistoryLost").Should().BeEmpty();
        await LoseAsync(admin, kept: null);
        var again = await chat.SendAsync("lobby", "alice", "after", Cancelled);
        storeLog.Of("HistoryLost").Should().NotBeEmpty();
        await log.UntilAsync(l => l.Events.Any(happened => happened is RoomEvent.Gap));
        await log.ReachesAsync(again.Position);
        log.Events.Should().NotContain(happened => happened is RoomEvent.RoomDeleted);
    }

    [Fact]
    public async Task A_room_that_another_process_deletes_and_that_is_created_again_is_not_a_loss()
    {
        await using var redis = await RedisProcess.StartAsync();
        var storeLog = new StoreLog();
        await using var store = Open(redis, storeLog);
        await using var other = Open(redis, storeLog);
        var chat = new Chat(store);
        await chat.SendAsync("lobby", "alice", "one", Cancelled);
        await using var log = new WatchLog(store.WatchAsync("lobby", RoomPosition.Start));
        await log.CaughtUpAsync();

        await new Chat(other).Rooms.DeleteAsync("lobby", Actor.Application, cancellationToken: Cancelled);
        await log.UntilAsync(l => l.Events.Any(happened => happened is RoomEvent.RoomDeleted));
        (await chat.SendAsync("lobby", "alice", "again", Cancelled)).Id.Should().Be(1);
        await store.DeletionCheckedAsync();

        storeLog.Of("HistoryLost").Should().BeEmpty();
    }

    [Fact]
    public async Task Sending_from_several_processes_and_deleting_is_not_a_loss()
    {
        await using var redis = await RedisProcess.StartAsync();
        var storeLog = new StoreLog();
        await using var one = Open(redis, storeLog);
        await using var other = Open(redis, storeLog);

        await Task.WhenAll(Enumerable.Range(0, 8).Select(async sender =>
        {
            var chat = new Chat(sender % 2 == 0 ? one : other);
            for (var i = 0; i < 100; i++)
            {
                var receipt = await chat.SendAsync("lobby", "alice", $"{sender}-{i}", Cancelled);
                await chat.ReceiveAsync("lobby", cancellationToken: Cancelled);
                await chat.DeleteAsync("lobby", receipt.Id, "alice", cancellationToken: Cancelled);
            }
        }));

        storeLog.Of("HistoryLost").Should().BeEmpty();
    }

    // The probe would find the loss too, but here the send must report it.
    private static RedisMessageStore Open(RedisProcess redis, ILogger logger) => new(
        RedisConnection.Own(ConfigurationOptions.Parse(redis.Configuration)),
        new RedisStoreOptions { LiveProbeInterval = TimeSpan.FromMinutes(1) }, null, null, logger);

    /// <summary>Loses everything, or everything after a message, as a fail-over to a lagging replica would.</summary>
    private static async Task LoseAsync(ConnectionMultiplexer admin, MessageReceipt? kept)
    {
        if (kept is null)
        {
            await admin.GetServers()[0].FlushDatabaseAsync();
            return;
        }

        var (keys, database) = (new KeyNames(new HashTagKeyScheme(), database: 0), admin.GetDatabase());
        await database.HashDeleteAsync(keys.Bucket("lobby", 0), kept.Id + 1);
        await database.HashSetAsync(
            keys.Room("lobby"), [new("last", kept.Id), new("at", kept.Timestamp.ToUnixTimeMilliseconds() * 1000)]);
    }
}
