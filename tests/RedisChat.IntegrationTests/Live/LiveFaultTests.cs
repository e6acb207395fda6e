using System.Diagnostics;
using RedisChat.Conformance;
using RedisChat.Redis;
using StackExchange.Redis;

namespace RedisChat.IntegrationTests.Live;

/// <summary>A watcher receives every event once and in order, or a gap, whatever happens to its connection and the server.</summary>
public sealed class LiveFaultTests
{
    private const string Room = "lobby";

    private static CancellationToken Cancelled => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Subscriptions_killed_twenty_times_lose_nothing()
    {
        await using var redis = await RedisProcess.StartAsync();
        await using var watching = Open(redis.Configuration);
        await using var sending = Open(redis.Configuration);
        await using var admin = await redis.ConnectAsync();
        await using var log = new WatchLog(watching.WatchAsync(Room));
        await log.CaughtUpAsync();

        await using var flow = new Flow(new Chat(sending), Room);
        for (var kill = 1; kill <= 20; kill++)
        {
            var reached = flow.Sent + 20;
            await admin.GetDatabase().ExecuteAsync("CLIENT", "KILL", "TYPE", "pubsub");
            await flow.UntilSentAsync(reached);
        }

        await WatchedRoom.ShouldBeWholeAsync(Room, flow, log, sending);
    }

    [Fact]
    public async Task A_server_that_crashes_and_comes_back_loses_nothing_acknowledged()
    {
        await using var redis = await RedisProcess.StartAsync("--appendonly", "yes", "--appendfsync", "always");
        await using var watching = Open(redis.Configuration);
        await using var sending = Open(redis.Configuration);
        await using var log = new WatchLog(watching.WatchAsync(Room));
        await log.CaughtUpAsync();

        await using var flow = new Flow(new Chat(sending, new ChatOptions { OperationTimeout = TimeSpan.FromMinutes(1) }), Room);
        for (var crash = 1; crash <= 3; crash++)
        {
            await flow.UntilSentAsync(flow.Sent + 50);
            await redis.KillAsync();
            await redis.StartAgainAsync();
        }

        await flow.UntilSentAsync(flow.Sent + 50);
        await WatchedRoom.ShouldBeWholeAsync(Room, flow, log, sending);
    }

    [Fact]
    public async Task A_server_that_freezes_for_five_seconds_loses_nothing()
    {
        await using var redis = await RedisProcess.StartAsync();
        await using var watching = Open(redis.Configuration);
        await using var sending = Open(redis.Configuration);
        await using var log = new WatchLog(watching.WatchAsync(Room));
        await log.CaughtUpAsync();

        await using var flow = new Flow(new Chat(sending, new ChatOptions { OperationTimeout = TimeSpan.FromMinutes(1) }), Room);
        await flow.UntilSentAsync(50);
        redis.Freeze();
        await Task.Delay(TimeSpan.FromSeconds(5), Cancelled);
        redis.Thaw();
        await flow.UntilSentAsync(flow.Sent + 100);

        await WatchedRoom.ShouldBeWholeAsync(Room, flow, log, sending);
    }

    [Fact]
    public async Task A_subscriber_cut_off_by_the_servers_output_limit_loses_nothing()
    {
        await using var redis = await RedisProcess.StartAsync("--client-output-buffer-limit", "pubsub 256kb 64kb 1");
        await using var network = new FaultProxy(redis.Port);
        await using var watching = Open(network.Configuration);
        await using var sending = Open(redis.Configuration);
        await using var admin = await redis.ConnectAsync();
        await using var log = new WatchLog(watching.WatchAsync(Room));
        await log.CaughtUpAsync();

        network.StopSubscriptions();
        var chat = new Chat(sending);
        var text = new string('x', 16_000);
        for (var sent = 0; await SubscribersAsync(admin) > 0; sent++)
        {
            sent.Should().BeLessThan(5000, "the server must disconnect the subscriber");
            await chat.SendAsync(Room, "alice", text, Cancelled);
        }

        network.Resume();
        await chat.SendAsync(Room, "alice", "the last", Cancelled);
        await WatchedRoom.ShouldMatchAsync(Room, log, sending);
    }

    [Fact]
    public async Task A_watcher_that_does_not_read_while_100_000_events_pass_holds_none_of_them_and_receives_all_in_the_end()
    {
        const int Messages = 100_000;
        await using var redis = await RedisProcess.StartAsync();
        await using var watching = Open(redis.Configuration);
        await using var sending = Open(redis.Configuration);
        await using var slow = watching.WatchAsync(Room).GetAsyncEnumerator(Cancelled);
        (await slow.MoveNextAsync()).Should().BeTrue();
        var chat = new Chat(sending);
        await chat.SendAsync(Room, "alice", "hello", Cancelled);
        (await slow.MoveNextAsync()).Should().BeTrue();

        // Watchers of a room share the event objects: this one receives the very objects that the slow one could hold.
        using var end = new CancellationTokenSource();
        var given = new List<WeakReference>();
        var all = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        var quick = Task.Run(async () =>
        {
            await foreach (var happened in watching.WatchAsync(Room, RoomPosition.Start, end.Token))
            {
                given.Add(new WeakReference(happened));
                if (happened.Position.MessageId == Messages)
                {
                    all.TrySetResult();
                }
            }
        });
        for (var sent = 1; sent < Messages; sent += 100)
        {
            await chat.SendManyAsync(Room, [.. Enumerable.Range(0, Math.Min(100, Messages - sent)).Select(_ => new NewMessage("alice", "hello"))], Cancelled);
        }

        await all.Task.WaitAsync(TimeSpan.FromSeconds(60), Cancelled);
        await end.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => quick);
        GC.Collect();
        given.Should().HaveCountGreaterThanOrEqualTo(Messages);
        given.Count(happened => happened.IsAlive).Should().BeLessThanOrEqualTo(1024 + 10, "the buffer holds 1,024");

        for (var id = 2; id <= Messages; id++)
        {
            (await slow.MoveNextAsync()).Should().BeTrue();
            slow.Current.Should().BeOfType<RoomEvent.Created>().Which.Message.Id.Should().Be(id);
        }
    }

    [Fact]
    public async Task A_subscription_into_a_black_hole_is_found_by_the_probe()
    {
        await using var redis = await RedisProcess.StartAsync();
        await using var network = new FaultProxy(redis.Port);
        await using var watching = Open(network.Configuration);
        await using var sending = Open(redis.Configuration);
        await using var log = new WatchLog(watching.WatchAsync(Room));
        await log.CaughtUpAsync();
        var chat = new Chat(sending);
        await chat.SendAsync(Room, "alice", "heard", Cancelled);
        await log.UntilAsync(l => l.CreatedIds.Contains(1));

        network.SwallowSubscriptions(true);
        var watch = Stopwatch.StartNew();
        await chat.SendAsync(Room, "alice", "the only one, with none after it", Cancelled);
        await log.UntilAsync(l => l.CreatedIds.Contains(2));
        TestContext.Current.TestOutputHelper?.WriteLine($"Received after {watch.ElapsedMilliseconds} ms; the probe's interval is 500 ms.");

        await chat.SendAsync(Room, "alice", "still in the hole", Cancelled);
        await log.UntilAsync(l => l.CreatedIds.Contains(3));
        network.SwallowSubscriptions(false);
        await chat.SendAsync(Room, "alice", "out of it", Cancelled);
        await WatchedRoom.ShouldMatchAsync(Room, log, sending);
    }

    [Fact]
    public async Task A_network_that_is_cut_again_and_again_loses_nothing()
    {
        await using var redis = await RedisProcess.StartAsync();
        await using var network = new FaultProxy(redis.Port);
        await using var watching = Open(network.Configuration);
        await using var sending = Open(redis.Configuration);
        await using var log = new WatchLog(watching.WatchAsync(Room));
        await log.CaughtUpAsync();

        await using var flow = new Flow(new Chat(sending), Room);
        for (var cut = 1; cut <= 10; cut++)
        {
            await flow.UntilSentAsync(flow.Sent + 20);
            network.Cut();
        }

        await WatchedRoom.ShouldBeWholeAsync(Room, flow, log, sending);
    }

    [Fact]
    public async Task A_server_that_comes_back_empty_is_a_gap()
    {
        await using var redis = await RedisProcess.StartAsync();
        await using var watching = Open(redis.Configuration);
        await using var log = new WatchLog(watching.WatchAsync(Room));
        await log.CaughtUpAsync();
        var chat = new Chat(watching, new ChatOptions { OperationTimeout = TimeSpan.FromMinutes(1) });
        await chat.SendAsync(Room, "alice", "lost", Cancelled);
        await log.UntilAsync(l => l.CreatedIds.Contains(1));

        await redis.KillAsync();
        await redis.StartAgainAsync();

        // Nobody sends: the watcher must find out by itself.
        await log.UntilAsync(l => l.Events.Any(happened => happened is RoomEvent.Gap));
        log.Position.Should().Be(RoomPosition.Start);
        await chat.SendAsync(Room, "alice", "new", Cancelled);
        await log.UntilAsync(l => l.Events[^1] is RoomEvent.Created { Message.Text: "new" });
        log.Position.Should().Be((await chat.ReceiveAsync(Room, cancellationToken: Cancelled)).Position);
    }

    [Theory]
    [InlineData(1)]
    [InlineData(3)]
    [InlineData(5)]
    [InlineData(7)]
    public async Task A_server_restored_from_an_older_snapshot_is_a_gap_even_if_ids_are_reused(int again)
    {
        await using var redis = await RedisProcess.StartAsync();
        await using var watching = Open(redis.Configuration);
        await using var sending = Open(redis.Configuration);
        await using var log = new WatchLog(watching.WatchAsync(Room));
        await log.CaughtUpAsync();
        var chat = new Chat(sending, new ChatOptions { OperationTimeout = TimeSpan.FromMinutes(1) });
        await chat.SendAsync(Room, "alice", "kept", Cancelled);
        await using (var admin = await redis.ConnectAsync())
        {
            await admin.GetDatabase().ExecuteAsync("SAVE");
        }

        for (var lost = 0; lost < 5; lost++)
        {
            await chat.SendAsync(Room, "alice", "lost", Cancelled);
        }

        await log.UntilAsync(l => l.CreatedIds.Contains(6));
        await redis.KillAsync();
        await redis.StartAgainAsync();

        // Fewer, as many or more than were lost: judging by its counters alone, the room may seem to have just continued.
        for (var i = 1; i <= again; i++)
        {
            await chat.SendAsync(Room, "bob", $"again {i}", Cancelled);
        }

        var whole = await chat.ReceiveAsync(Room, cancellationToken: Cancelled);
        whole.Messages.Should().HaveCount(1 + again);
        await log.UntilAsync(l => l.Events.Any(happened => happened is RoomEvent.Gap));
        await log.UntilAsync(l => l.Events[^1].Position == whole.Position);
        var afterGap = log.Events.SkipWhile(happened => happened is not RoomEvent.Gap).ToList();
        afterGap.OfType<RoomEvent.Created>().Select(created => created.Message).Should().BeSubsetOf(whole.Messages);
    }

    [Fact]
    public async Task More_changes_than_the_log_keeps_are_a_gap()
    {
        await using var redis = await RedisProcess.StartAsync();
        await using var connection = await redis.ConnectAsync();
        await using var store = new RedisMessageStore(connection, new RedisStoreOptions { ChangeLogLength = 100 });
        var chat = new Chat(store);
        await chat.SendAsync(Room, "alice", "0", Cancelled);
        var before = (await chat.ReceiveAsync(Room, cancellationToken: Cancelled)).Position;
        for (var i = 1; i <= 99; i++)
        {
            await chat.EditAsync(Room, 1, "alice", $"{i}", Cancelled);
        }

        (await chat.ReadChangesAsync(Room, before, cancellationToken: Cancelled)).Events.Should().ContainSingle().Which.Should().BeOfType<RoomEvent.Edited>();
        await chat.EditAsync(Room, 1, "alice", "one more", Cancelled);
        (await chat.ReadChangesAsync(Room, before, cancellationToken: Cancelled)).Events.Should().ContainSingle().Which.Should().BeOfType<RoomEvent.Gap>();
    }

    [Fact]
    public async Task A_watcher_started_while_the_server_is_down_begins_when_it_is_back_and_leaves_nothing_behind()
    {
        await using var redis = await RedisProcess.StartAsync();
        await using var store = Open(redis.Configuration);
        await new Chat(store).SendAsync("another room", "alice", "connected", Cancelled);
        await redis.KillAsync();
        var log = new WatchLog(store.WatchAsync(Room));
        var down = await new Chat(store, new ChatOptions { OperationTimeout = TimeSpan.FromSeconds(2) }).CheckHealthAsync(Cancelled);
        down.IsHealthy.Should().BeFalse();

        await redis.StartAgainAsync();

        await log.CaughtUpAsync();
        await new Chat(store).SendAsync(Room, "alice", "hello", Cancelled);
        await log.UntilAsync(l => l.CreatedIds.Contains(1));
        await log.DisposeAsync();
        await using var admin = await redis.ConnectAsync();
        await Poll.UntilAsync(
            async () => (await admin.GetServers()[0].SubscriptionChannelsAsync(RedisChannel.Pattern("chatroom:*"))).Length == 0, "the subscription ends");
    }

    [Fact]
    public async Task An_unreadable_room_does_not_keep_other_rooms_from_being_probed()
    {
        await using var redis = await RedisProcess.StartAsync();
        await using var network = new FaultProxy(redis.Port);
        await using var watching = Open(network.Configuration);
        await using var sending = Open(redis.Configuration);
        await using var admin = await redis.ConnectAsync();
        await using var broken = new WatchLog(watching.WatchAsync("broken"));
        await using var log = new WatchLog(watching.WatchAsync(Room));
        await broken.CaughtUpAsync();
        await log.CaughtUpAsync();
        await admin.GetDatabase().StringSetAsync(new HashTagKeyScheme().Room("broken"), "not a hash");

        network.SwallowSubscriptions(true);
        await new Chat(sending).SendAsync(Room, "alice", "only the probe can find it", Cancelled);

        await log.UntilAsync(l => l.CreatedIds.Contains(1));
        network.SwallowSubscriptions(false);
    }

    private static RedisMessageStore Open(string configuration) => new(
        ConfigurationOptions.Parse(configuration), new RedisStoreOptions { LiveProbeInterval = TimeSpan.FromMilliseconds(500) });

    private static async Task<int> SubscribersAsync(ConnectionMultiplexer admin)
    {
        var reply = (RedisResult[])(await admin.GetDatabase().ExecuteAsync("PUBSUB", "NUMSUB", new KeyNames(new HashTagKeyScheme(), 0).Live(Room)))!;
        return (int)reply[1];
    }
}
