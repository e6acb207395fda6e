using RedisChat.Conformance;
using StackExchange.Redis;

namespace RedisChat.IntegrationTests.Live;

/// <summary>After a restart all watchers of a room come back at once, and missed the same.</summary>
public sealed class ReturningWatchersTests
{
    private const string Room = "lobby";
    private const int Watchers = 200;

    private static CancellationToken Cancelled => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Watchers_that_come_back_together_share_what_they_read()
    {
        await using var redis = await RedisProcess.StartAsync();
        await using var admin = await redis.ConnectAsync();
        await using var sending = new RedisMessageStore(ConfigurationOptions.Parse(redis.Configuration));
        var chat = new Chat(sending);
        await chat.SendAsync(Room, "alice", "seen", Cancelled);
        var seen = (await chat.ReceiveAsync(Room, cancellationToken: Cancelled)).Position;
        for (var i = 0; i < 100; i++)
        {
            await chat.SendAsync(Room, "alice", $"missed {i}", Cancelled);
        }

        await using var watching = new RedisMessageStore(ConfigurationOptions.Parse(redis.Configuration));
        await new Chat(watching).ReceiveAsync("another room", cancellationToken: Cancelled); // connected
        await using var monitor = await RedisMonitor.StartAsync(redis);

        var logs = Enumerable.Range(0, Watchers).Select(_ => new WatchLog(watching.WatchAsync(Room, seen))).ToList();
        await Task.WhenAll(logs.Select(log => log.CaughtUpAsync()));

        var reads = (await monitor.StopAsync(admin)).Where(IsRead).ToList();
        TestContext.Current.TestOutputHelper?.WriteLine($"{Watchers} watchers, 100 messages behind: {reads.Count} commands that read.");
        foreach (var log in logs)
        {
            log.CreatedIds.Should().Equal(Enumerable.Range(2, 100).Select(id => (long)id));
            log.Events.Should().HaveCount(101);
        }

        // All wait for the subscription. The first one reads alone, and everyone who comes while it does reads together after it: 2 reads of at most 5
        // commands. A watcher that is late on a busy machine may need another one.
        reads.Should().HaveCountLessThanOrEqualTo(5 * 5);
        await Task.WhenAll(logs.Select(log => log.DisposeAsync().AsTask()));
    }

    [Fact]
    public async Task Watchers_that_begin_together_while_others_send_miss_nothing()
    {
        await using var redis = await RedisProcess.StartAsync();
        await using var store = new RedisMessageStore(ConfigurationOptions.Parse(redis.Configuration));
        await using var sending = new RedisMessageStore(ConfigurationOptions.Parse(redis.Configuration));
        var chat = new Chat(store);
        await using var flow = new Flow(new Chat(sending), Room);
        await flow.UntilSentAsync(10);

        for (var round = 0; round < 10; round++)
        {
            var position = (await chat.ReceiveAsync(Room, cancellationToken: Cancelled)).Position;
            await flow.UntilSentAsync(flow.Sent + 20);
            var logs = Enumerable.Range(0, 50).Select(_ => new WatchLog(store.WatchAsync(Room, position))).ToList();
            await Task.WhenAll(logs.Select(log => log.CaughtUpAsync()));
            var last = position.MessageId + 60;
            await Task.WhenAll(logs.Select(log => log.UntilAsync(l => l.CreatedIds.Contains(last))));
            foreach (var log in logs)
            {
                log.CreatedIds.TakeWhile(id => id <= last).Should().Equal(Enumerable.Range((int)position.MessageId + 1, 60).Select(id => (long)id));
                log.Events.Should().ContainSingle(happened => happened is RoomEvent.CaughtUp);
                await log.DisposeAsync();
            }
        }

        await flow.EndAsync();
    }

    private static bool IsRead(string command) =>
        new[] { "HMGET", "ZRANGEBYSCORE", "HGET", "ZRANGE" }.Any(read => command.Contains($"\"{read}\"", StringComparison.OrdinalIgnoreCase))
        && !command.Contains(" lua]", StringComparison.Ordinal);
}
