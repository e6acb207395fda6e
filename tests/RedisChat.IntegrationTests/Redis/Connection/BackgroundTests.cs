using System.Collections.Concurrent;
using System.Diagnostics;
using System.Runtime.CompilerServices;
using RedisChat.Redis;
using StackExchange.Redis;

namespace RedisChat.IntegrationTests.Redis;

/// <summary>Background work keeps no reference to the call that started it, and a disposed store leaves nothing running. It runs alone, because it counts the timers of the process.</summary>
[Collection(Alone)]
public sealed class BackgroundTests
{
    private const string Alone = nameof(BackgroundTests);

    private static readonly AsyncLocal<byte[]?> OfRequest = new();

    private static CancellationToken Cancelled => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_connection_keeps_nothing_of_the_request_that_made_it()
    {
        await using var redis = await RedisProcess.StartAsync();
        await using var network = new FaultProxy(redis.Port);
        await using var store = new RedisMessageStore(ConfigurationOptions.Parse(network.Configuration));

        var kept = await Task.Run(() => RequestAsync(store), Cancelled);

        // The watchdog and its connection start within the same request and outlive it.
        await Poll.UntilAsync(
            () =>
            {
                GC.Collect();
                GC.WaitForPendingFinalizers();
                GC.Collect();
                return Task.FromResult(!kept.IsAlive);
            },
            "what the request kept in an AsyncLocal is collected");
        GC.KeepAlive(store);
    }

    [Fact]
    public async Task Commands_in_the_background_are_not_part_of_the_first_requests_trace()
    {
        await using var redis = await RedisProcess.StartAsync();
        await using var connection = RedisConnection.Own(ConfigurationOptions.Parse(redis.Configuration));
        var seen = new ConcurrentQueue<Activity?>();
        using (new Activity("request").Start())
        {
            var database = await connection.GetDatabaseAsync(Cancelled);
            database.Multiplexer.RegisterProfiler(() =>
            {
                seen.Enqueue(Activity.Current);
                return null;
            });
            await database.PingAsync();
            seen.Should().ContainSingle().Which.Should().NotBeNull();

            // The watchdog asks the server for its role.
            connection.Suspect();
            await Poll.UntilAsync(() => Task.FromResult(seen.Count >= 3), "the watchdog has asked");
        }

        seen.Skip(1).Should().OnlyContain(activity => activity == null);
    }

    [Fact]
    public async Task Stores_that_were_disposed_leave_no_timers()
    {
        await using var redis = await RedisProcess.StartAsync();
        await UseAndDisposeAsync(redis, stores: 5);
        var before = Timer.ActiveCount;

        await UseAndDisposeAsync(redis, stores: 100);

        var after = Timer.ActiveCount;
        TestContext.Current.TestOutputHelper?.WriteLine($"{before} timers before, {after} right after.");
        after.Should().BeLessThan(before + 30);
        await Poll.UntilAsync(() => Task.FromResult(Timer.ActiveCount <= before + 5), "all timers end");
    }

    private static async Task UseAndDisposeAsync(RedisProcess redis, int stores)
    {
        for (var i = 0; i < stores; i++)
        {
            await using var store = new RedisMessageStore(ConfigurationOptions.Parse(redis.Configuration));
            var chat = new Chat(store);
            await chat.SendAsync("lobby", "alice", "hello", Cancelled);
            using var watching = CancellationTokenSource.CreateLinkedTokenSource(Cancelled);
            await foreach (var _ in chat.WatchAsync("lobby", cancellationToken: watching.Token))
            {
                break;
            }
        }
    }

    // Not inlined, so that no local of the test keeps the object alive.
    [MethodImpl(MethodImplOptions.NoInlining)]
    private static async Task<WeakReference> RequestAsync(RedisMessageStore store)
    {
        var ofRequest = new byte[1 << 20];
        OfRequest.Value = ofRequest;
        var chat = new Chat(store);
        await chat.SendAsync("lobby", "alice", "hello", Cancelled);
        using var cancelled = new CancellationTokenSource();
        await cancelled.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => chat.SendAsync("lobby", "alice", "hello", cancelled.Token));
        OfRequest.Value = null;
        return new WeakReference(ofRequest);
    }

    [CollectionDefinition(Alone, DisableParallelization = true)]
    public sealed class AloneDefinition;
}
