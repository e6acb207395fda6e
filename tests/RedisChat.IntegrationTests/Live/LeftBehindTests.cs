using System.Collections.Concurrent;
using Microsoft.Extensions.Logging.Abstractions;
using RedisChat.Conformance;
using RedisChat.Redis;
using StackExchange.Redis;

namespace RedisChat.IntegrationTests.Live;

/// <summary>Background work does not keep its caller alive, and a disposed store leaves nothing behind.</summary>
public sealed class LeftBehindTests(TestServer server)
{
    private static CancellationToken Cancelled => TestContext.Current.CancellationToken;

    [Fact]
    public async Task The_probe_does_not_run_in_the_context_of_the_first_watcher()
    {
        await using var redis = await RedisProcess.StartAsync();
        await using var connection = RedisConnection.Own(ConfigurationOptions.Parse(redis.Configuration));
        var time = new ContextClock();
        var options = new RedisStoreOptions { LiveProbeInterval = TimeSpan.FromMilliseconds(50) };
        await using var live = new RedisLive(Redis.StoreContexts.Make(connection, options, NullLogger.Instance) with { Time = time });
        var database = await connection.GetDatabaseAsync(Cancelled);
        await database.PingAsync();

        ContextClock.Request.Value = "a request";
        var room = await live.JoinAsync("lobby", Cancelled);
        ContextClock.Request.Value = "";

        // Each pause between two probes is a timer.
        await Poll.UntilAsync(() => Task.FromResult(time.Timers.Count(IsPause) >= 3), "it has probed");
        time.Timers.Where(IsPause).Should().OnlyContain(timer => timer.Request == null);
        await room.LeaveAsync();

        bool IsPause((TimeSpan Due, string? Request) timer) => timer.Due == options.LiveProbeInterval;
    }

    // The event is raised for the tasks of the whole process.
    [Fact]
    public Task Subscribing_while_the_connection_is_disposed_leaves_no_unobserved_exception() => Allocations.OwnProcess.RunAsync(server, async () =>
    {
        await using var redis = await RedisProcess.StartAsync();
        await using var network = new FaultProxy(redis.Port);
        var unobserved = new ConcurrentQueue<AggregateException>();
        TaskScheduler.UnobservedTaskException += (_, e) => unobserved.Enqueue(e.Exception);
        for (var i = 0; i < 20; i++)
        {
            await SubscribeAndDisposeAsync(network);
        }

        for (var i = 0; i < 5; i++)
        {
            GC.Collect();
            GC.WaitForPendingFinalizers();
            await Task.Delay(20, Cancelled);
        }

        unobserved.SelectMany(error => error.Flatten().InnerExceptions).OfType<ObjectDisposedException>().Should().BeEmpty();
    });

    private static async Task SubscribeAndDisposeAsync(FaultProxy network)
    {
        var store = new RedisMessageStore(ConfigurationOptions.Parse(network.Configuration));
        await new Chat(store).ReceiveAsync("lobby", cancellationToken: Cancelled);
        network.SwallowSubscriptions(true);
        var log = new WatchLog(store.WatchAsync("lobby"));
        await Task.Delay(20, Cancelled);
        await store.DisposeAsync();
        await log.DisposeAsync();
        network.SwallowSubscriptions(false);
    }

    /// <summary>The system's clock; records the context in which each timer is created.</summary>
    private sealed class ContextClock : TimeProvider
    {
        public static readonly AsyncLocal<string?> Request = new();

        private readonly List<(TimeSpan Due, string? Request)> _timers = [];

        public IReadOnlyList<(TimeSpan Due, string? Request)> Timers
        {
            get
            {
                lock (_timers)
                {
                    return [.. _timers];
                }
            }
        }

        public override ITimer CreateTimer(TimerCallback callback, object? state, TimeSpan dueTime, TimeSpan period)
        {
            lock (_timers)
            {
                _timers.Add((dueTime, Request.Value));
            }

            return base.CreateTimer(callback, state, dueTime, period);
        }
    }
}
