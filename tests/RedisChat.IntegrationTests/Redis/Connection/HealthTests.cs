using System.Collections.Concurrent;
using System.Diagnostics;
using RedisChat.Redis;
using StackExchange.Redis;

namespace RedisChat.IntegrationTests.Redis;

/// <summary>A health check does the same as sends and watchers, within one deadline.</summary>
public sealed class HealthTests
{
    // Under load a correct answer may take a while.
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(20);

    private static CancellationToken Cancelled => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData("-evalsha -eval", false, false)]
    [InlineData("-hsetnx", false, true)]
    [InlineData("-hmget", false, true)]
    [InlineData("-append", false, true)]
    [InlineData("-publish", false, false)]
    [InlineData("-subscribe", true, false)]
    [InlineData("resetkeys ~chatroom:{*} ~chatroom:*:live ~chatroom:*:u:* ~chatroom:*:sent:*", false, true)]
    [InlineData("resetchannels", false, false)]
    public async Task A_missing_right_of_sends_or_watchers_is_found_and_named(string change, bool writes, bool delivers)
    {
        await using var redis = await RedisProcess.StartAsync();
        await redis.AskAsync(DocumentedRights.Default.GrantTo("chat", change.Split(' ')));
        await using var store = new RedisMessageStore(ConfigurationOptions.Parse($"{redis.Configuration},user=chat,password=secret"));

        var health = await new Chat(store).CheckHealthAsync(Patience, Cancelled);

        (health.Connection.Works, health.Write.Works, health.Live.Works).Should().Be((true, writes, delivers));
        new[] { health.Write, health.Live }.Where(step => !step.Works).Should().OnlyContain(step => step.Error!.Contains("docs/operations.md"));
    }

    [Fact]
    public async Task A_check_leaves_nothing_behind()
    {
        await using var redis = await RedisProcess.StartAsync();
        await using var admin = await redis.ConnectAsync();
        await redis.AskAsync(DocumentedRights.Default.GrantTo("chat"));
        await redis.AskAsync(DocumentedRights.Default.GrantTo("keeper", "-del", "-unlink"));
        foreach (var user in new[] { "chat", "keeper" })
        {
            await using var store = new RedisMessageStore(ConfigurationOptions.Parse($"{redis.Configuration},user={user},password=secret"));
            for (var check = 0; check < 3; check++)
            {
                (await new Chat(store).CheckHealthAsync(Patience, Cancelled)).IsHealthy.Should().BeTrue();
            }

            await Poll.UntilAsync(
                async () =>
                {
                    var keys = admin.GetServers()[0].Keys().ToArray();
                    var lives = await Task.WhenAll(keys.Select(key => admin.GetDatabase().KeyTimeToLiveAsync(key)));
                    return Array.TrueForAll(lives, life => life is not null);
                },
                "every key that is left expires");
        }
    }

    [Fact]
    public async Task A_check_of_a_frozen_server_ends_within_its_deadline()
    {
        await using var redis = await RedisProcess.StartAsync();
        await using var store = new RedisMessageStore(ConfigurationOptions.Parse(redis.Configuration));
        var chat = new Chat(store, new ChatOptions { OperationTimeout = TimeSpan.FromMinutes(1) });
        (await chat.CheckHealthAsync(Patience, Cancelled)).IsHealthy.Should().BeTrue();

        // The client library alone would wait for 5 seconds.
        redis.Freeze();
        var time = Stopwatch.StartNew();
        var health = await chat.CheckHealthAsync(TimeSpan.FromSeconds(4), Cancelled);
        time.Stop();
        redis.Thaw();

        TestContext.Current.TestOutputHelper?.WriteLine($"{time.Elapsed.TotalSeconds:0.00} s");
        (health.Connection.Works, health.Write.Works, health.Live.Works).Should().Be((false, false, false));
        time.Elapsed.Should().BeLessThan(TimeSpan.FromSeconds(11), "three steps one after the other take 12 seconds");
    }

    [Fact]
    public async Task A_check_has_two_seconds_by_default_for_all_steps_together()
    {
        await using var redis = await RedisProcess.StartAsync();
        var clock = new RecordingClock();
        await using var store = new RedisMessageStore(RedisConnection.Own(ConfigurationOptions.Parse(redis.Configuration)), options: null, keys: null, clock);

        await new Chat(store).CheckHealthAsync(Cancelled);

        clock.Waits.Where(wait => wait == TimeSpan.FromSeconds(2)).Should().HaveCount(3, "each step has its own deadline, and they run at the same time");
    }

    private sealed class RecordingClock : TimeProvider
    {
        public ConcurrentQueue<TimeSpan> Waits { get; } = new();

        public override ITimer CreateTimer(TimerCallback callback, object? state, TimeSpan dueTime, TimeSpan period)
        {
            Waits.Enqueue(dueTime);
            return base.CreateTimer(callback, state, dueTime, period);
        }
    }
}
