using System.Diagnostics;
using RedisChat.Conformance;
using RedisChat.Redis;
using StackExchange.Redis;

namespace RedisChat.IntegrationTests.Live;

/// <summary>Events of another environment on the same channel cost almost nothing; a watcher notices when its room is really re-created.</summary>
public sealed class ForeignEpochTests
{
    private const string Room = "lobby";

    private static CancellationToken Cancelled => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Two_databases_of_one_server_do_not_hear_each_other()
    {
        await using var redis = await RedisProcess.StartAsync();
        await using var admin = await redis.ConnectAsync();
        await using var one = Open(0);
        await using var other = Open(1);
        await new Chat(one).SendAsync(Room, "alice", "in the one", Cancelled);
        await new Chat(other).SendAsync(Room, "bob", "in the other", Cancelled);
        await using var ofOne = new WatchLog(one.WatchAsync(Room));
        await using var ofOther = new WatchLog(other.WatchAsync(Room));
        await ofOne.CaughtUpAsync();
        await ofOther.CaughtUpAsync();
        await using var monitor = await RedisMonitor.StartAsync(redis);

        for (var i = 0; i < 200; i++)
        {
            await new Chat(one).SendAsync(Room, "alice", $"{i}", Cancelled);
        }

        await ofOne.UntilAsync(log => log.CreatedIds.Contains(201));
        await new Chat(other).SendAsync(Room, "bob", "the last", Cancelled);
        await ofOther.UntilAsync(log => log.CreatedIds.Contains(2));
        (await monitor.StopAsync(admin)).Where(IsCatchUp).Should().BeEmpty();
        ofOther.Events.Should().HaveCount(2);

        // With a clock on which no event is late, however long this process is not run.
        RedisMessageStore Open(int database) =>
            new(RedisConnection.Own(ConfigurationOptions.Parse($"{redis.Configuration},defaultDatabase={database}")), new RedisStoreOptions(), keys: null, new SlowClock());
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Events_of_foreign_epochs_at_500_a_second_cost_a_handful_of_reads(bool alwaysTheSame)
    {
        const int Events = 1000;
        await using var redis = await RedisProcess.StartAsync();
        await using var admin = await redis.ConnectAsync();
        await using var store = new RedisMessageStore(ConfigurationOptions.Parse(redis.Configuration));
        var chat = new Chat(store);
        await chat.SendAsync(Room, "alice", "the first", Cancelled);
        var logs = Enumerable.Range(0, 5).Select(_ => new WatchLog(chat.WatchAsync(Room))).ToList();
        await Task.WhenAll(logs.Select(log => log.CaughtUpAsync()));
        var channel = RedisChannel.Literal(new KeyNames(new HashTagKeyScheme(), 0).Live(Room));
        await using var monitor = await RedisMonitor.StartAsync(redis);

        var pace = Stopwatch.StartNew();
        for (var i = 1; i <= Events; i++)
        {
            var epoch = alwaysTheSame ? 0xabc : 0xabc + i;
            await admin.GetSubscriber().PublishAsync(channel, $"c {epoch:x} {i} {i} 0 {i - 1}\n{{\"t\":{i},\"u\":\"mallory\",\"c\":\"forged\"}}");
            if (i % 50 == 0)
            {
                await chat.SendAsync(Room, "alice", $"real {i}", Cancelled);
                var ahead = TimeSpan.FromSeconds(i / 500.0) - pace.Elapsed;
                await Task.Delay(ahead > TimeSpan.Zero ? ahead : TimeSpan.Zero, Cancelled);
            }
        }

        await Task.WhenAll(logs.Select(log => log.UntilAsync(l => l.CreatedIds.Count() == Events / 50)));
        var reads = (await monitor.StopAsync(admin)).Count(IsCatchUp);
        TestContext.Current.TestOutputHelper?.WriteLine($"{Events} foreign events in {pace.ElapsedMilliseconds} ms, 5 watchers: {reads} reads of the change log.");

        // One read per epoch and interval, shared by all five watchers; a watcher that asks during a read shares the next one. At most 4 epochs.
        var intervals = 1 + (int)(pace.Elapsed / ForeignEpochs.Interval);
        reads.Should().BeLessThanOrEqualTo(intervals * (alwaysTheSame ? 1 : 4) * 5);
        foreach (var log in logs)
        {
            log.Events.Should().NotContain(happened => happened is RoomEvent.Gap);
            log.CreatedIds.Should().Equal(Enumerable.Range(2, Events / 50).Select(id => (long)id));
            await log.DisposeAsync();
        }
    }

    [Fact]
    public async Task A_recreated_room_is_noticed_by_its_first_event_and_still_watched()
    {
        await using var redis = await RedisProcess.StartAsync();
        await using var admin = await redis.ConnectAsync();

        var options = new RedisStoreOptions { LiveProbeInterval = TimeSpan.FromMinutes(1) };
        await using var store = new RedisMessageStore(ConfigurationOptions.Parse(redis.Configuration), options);
        await using var sending = new RedisMessageStore(ConfigurationOptions.Parse(redis.Configuration));
        var chat = new Chat(sending);
        await chat.SendAsync(Room, "alice", "lost", Cancelled);
        await using var log = new WatchLog(store.WatchAsync(Room));
        await log.CaughtUpAsync();

        await admin.GetDatabase().ExecuteAsync("FLUSHALL");
        for (var i = 1; i <= 20; i++)
        {
            await chat.SendAsync(Room, "alice", $"again {i}", Cancelled);
        }

        await log.UntilAsync(l => l.Position.MessageId == 20 && l.Events.Any(happened => happened is RoomEvent.Gap));
        await chat.SendAsync(Room, "alice", "live again", Cancelled);
        await log.UntilAsync(l => l.Events[^1] is RoomEvent.Created { Message.Text: "live again" });
        var gap = log.Events.ToList().FindLastIndex(happened => happened is RoomEvent.Gap);
        var afterGap = log.Events.Skip(gap + 1).OfType<RoomEvent.Created>().Select(created => created.Message.Id).ToList();
        afterGap.Should().Equal(Enumerable.Range((int)log.Events[gap].Position.MessageId + 1, afterGap.Count).Select(id => (long)id));
        log.Events.OfType<RoomEvent.Gap>().Should().ContainSingle();
    }

    private static bool IsCatchUp(string command) => command.Contains("ZRANGEBYSCORE", StringComparison.Ordinal);
}
