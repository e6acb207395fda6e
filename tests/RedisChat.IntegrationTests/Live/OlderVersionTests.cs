using System.Diagnostics;
using RedisChat.Conformance;
using RedisChat.Redis;
using StackExchange.Redis;

namespace RedisChat.IntegrationTests.Live;

/// <summary>A rolling upgrade: a later version changes rooms in ways that this version does not know. Watchers of this version do not notice.</summary>
public sealed class OlderVersionTests
{
    private const string Room = "lobby";
    private const int Changes = 1500;
    private const int ChangesASecond = 500;
    private const int ChangesForEachMessage = 10;

    // A later version's script does this in one step: the next revision, a log entry, an event.
    private const string Change = """
        local room = redis.call('HMGET', KEYS[1], 'epoch', 'last', 'at', 'rev')
        local rev = string.format('%d', (room[4] or 1000) + 1)
        redis.call('ZADD', KEYS[2], 0, '0', rev, rev .. ':q:thing:of a later version')
        redis.call('HSET', KEYS[1], 'rev', rev)
        redis.call('PUBLISH', KEYS[3], 'q ' .. room[1] .. ' ' .. room[2] .. ' ' .. room[3] .. ' ' .. rev .. ' ' .. (room[4] or '0') .. ' thing\nand a line')
        redis.call('PUBLISH', KEYS[3], 'Q somebody is doing something')
        """;

    private static CancellationToken Cancelled => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Changes_of_an_unknown_kind_cost_a_watcher_no_read_no_log_and_no_repair()
    {
        await using var redis = await RedisProcess.StartAsync();
        await using var admin = await redis.ConnectAsync();
        var storeLog = new StoreLog();

        // A probe every second. An event that is less than a second late is not given up yet.
        var options = new RedisStoreOptions { LiveProbeInterval = TimeSpan.FromMilliseconds(100) };
        await using var watching = new RedisMessageStore(
            RedisConnection.Own(ConfigurationOptions.Parse(redis.Configuration)), options, keys: null, new SlowClock(), storeLog);
        await using var sending = new RedisMessageStore(ConfigurationOptions.Parse(redis.Configuration));
        var chat = new Chat(sending);
        await chat.SendAsync(Room, "alice", "the first", Cancelled);
        await using var log = new WatchLog(new Chat(watching).WatchAsync(Room));
        await log.CaughtUpAsync();
        var names = new KeyNames(new HashTagKeyScheme(), 0);
        RedisKey[] keys = [names.Room(Room), names.Changed(Room), names.Live(Room)];
        await admin.GetDatabase().ScriptEvaluateAsync(Change, keys);
        await using var monitor = await RedisMonitor.StartAsync(redis);

        var pace = Stopwatch.StartNew();
        for (var i = 1; i <= Changes; i++)
        {
            await admin.GetDatabase().ScriptEvaluateAsync(Change, keys);
            if (i % ChangesForEachMessage == 0)
            {
                await chat.SendAsync(Room, "alice", $"message {i}", Cancelled);
                var ahead = TimeSpan.FromSeconds((double)i / ChangesASecond) - pace.Elapsed;
                await Task.Delay(ahead > TimeSpan.Zero ? ahead : TimeSpan.Zero, Cancelled);
            }
        }

        var whole = await chat.ReceiveAsync(Room, new MessageQuery { Limit = 1000 }, Cancelled);
        await log.UntilAsync(l => l.CreatedIds.Contains(whole.Messages[^1].Id));
        var commands = await monitor.StopAsync(admin);

        // Catching up reads the change log first.
        commands.Where(command => command.Contains("ZRANGEBYSCORE", StringComparison.Ordinal)).Should().BeEmpty();
        commands.Where(IsProbe).Should().NotBeEmpty();
        storeLog.Entries.Should().BeEmpty();
        log.Events.OfType<RoomEvent.Created>().Select(created => created.Message).Should().Equal(whole.Messages.Skip(1));
        log.Events.Should().HaveCount(1 + (Changes / ChangesForEachMessage));
        TestContext.Current.TestOutputHelper?.WriteLine(
            $"{Changes} changes of an unknown kind in {pace.ElapsedMilliseconds} ms; {commands.Count(IsProbe)} reads of the room's counters by probes and pages; no other read, no log.");

        // A watcher that starts later catches up past them, too.
        await using var late = new WatchLog(new Chat(watching).WatchAsync(Room, RoomPosition.Start));
        await late.CaughtUpAsync();
        late.CreatedIds.Should().Equal(whole.Messages.Select(message => message.Id));
        var behind = (await chat.ReadChangesAsync(Room, log.Events[0].Position, 1000, Cancelled)).Events;
        behind.Should().HaveCount(Changes / ChangesForEachMessage).And.AllBeOfType<RoomEvent.Created>();
    }

    private static bool IsProbe(string command) =>
        command.Contains("HMGET", StringComparison.Ordinal) && command.Contains("\"rev\"", StringComparison.Ordinal)
        && !command.Contains(" lua]", StringComparison.Ordinal);
}
