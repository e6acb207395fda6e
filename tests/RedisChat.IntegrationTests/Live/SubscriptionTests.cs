using System.Diagnostics;
using RedisChat.Conformance;
using RedisChat.Redis;
using StackExchange.Redis;

namespace RedisChat.IntegrationTests.Live;

/// <summary>Each process has one subscription per watched room, and drops it with the last watcher.</summary>
public sealed class SubscriptionTests
{
    private static CancellationToken Cancelled => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Watchers_of_a_room_share_one_subscription_and_the_last_ends_it()
    {
        await using var redis = await RedisProcess.StartAsync();
        await using var admin = await redis.ConnectAsync();
        await using var store = new RedisMessageStore(ConfigurationOptions.Parse(redis.Configuration));

        var first = new WatchLog(store.WatchAsync("lobby"));
        var second = new WatchLog(store.WatchAsync("lobby"));
        await first.CaughtUpAsync();
        await second.CaughtUpAsync();
        (await SubscribersAsync(admin, "lobby")).Should().Be(1);

        await first.DisposeAsync();
        (await SubscribersAsync(admin, "lobby")).Should().Be(1);
        await second.DisposeAsync();
        await NoChannelsAsync(admin);
    }

    [Fact]
    public async Task Watchers_that_come_and_go_leave_nothing_behind_and_miss_nothing()
    {
        await using var redis = await RedisProcess.StartAsync();
        await using var admin = await redis.ConnectAsync();
        await using var store = new RedisMessageStore(ConfigurationOptions.Parse(redis.Configuration));
        var chat = new Chat(store);

        await Task.WhenAll(Enumerable.Range(0, 8).Select(n => Task.Run(async () =>
        {
            for (var i = 0; i < 25; i++)
            {
                await using var log = new WatchLog(store.WatchAsync($"room {n % 2}"));
                await log.CaughtUpAsync();
                var receipt = await chat.SendAsync($"room {n % 2}", $"user{n}", $"{i}", Cancelled);
                await log.UntilAsync(l => l.CreatedIds.Contains(receipt.Id));
            }
        })));

        await NoChannelsAsync(admin);
    }

    [Fact]
    public async Task A_thousand_rooms_are_a_thousand_subscriptions_probed_together()
    {
        await using var redis = await RedisProcess.StartAsync();
        await using var admin = await redis.ConnectAsync();
        var store = new RedisMessageStore(
            ConfigurationOptions.Parse(redis.Configuration), new RedisStoreOptions { LiveProbeInterval = TimeSpan.FromMilliseconds(200) });
        var logs = Enumerable.Range(0, 1000).Select(n => new WatchLog(store.WatchAsync($"room {n}"))).ToList();
        await Task.WhenAll(logs.Select(log => log.CaughtUpAsync()));
        (await ChannelsAsync(admin)).Should().HaveCount(1000);

        var calls = await CallsAsync(admin);
        var process = Process.GetCurrentProcess();
        var (clock, processor) = (Stopwatch.StartNew(), process.TotalProcessorTime);
        await Poll.UntilAsync(async () => await CallsAsync(admin) - calls >= 5000, "each room is probed five times");

        process.Refresh();
        TestContext.Current.TestOutputHelper?.WriteLine(
            $"5 probes of 1,000 rooms: {(process.TotalProcessorTime - processor).TotalMilliseconds / 5:f1} ms of processor a probe (of this whole process), {clock.ElapsedMilliseconds} ms in all.");

        var chat = new Chat(store, new ChatOptions { OperationTimeout = TimeSpan.FromMinutes(1) });
        await Task.WhenAll(Enumerable.Range(0, 1000).Select(n => chat.SendAsync($"room {n}", "alice", "hello", Cancelled)));
        await Task.WhenAll(logs.Select(log => log.UntilAsync(l => l.CreatedIds.Contains(1))));
        await Task.WhenAll(logs.Select(log => log.DisposeAsync().AsTask()));
        await NoChannelsAsync(admin);
        await store.DisposeAsync();
    }

    [Fact]
    public async Task Disposing_the_store_ends_its_watchers_and_subscriptions()
    {
        await using var redis = await RedisProcess.StartAsync();
        await using var admin = await redis.ConnectAsync();
        await using var shared = await redis.ConnectAsync();
        var store = new RedisMessageStore(shared);
        var caughtUp = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        var watching = Task.Run(async () =>
        {
            await foreach (var _ in store.WatchAsync("lobby"))
            {
                caughtUp.TrySetResult();
            }
        });
        await caughtUp.Task;

        await store.DisposeAsync();

        var error = await Assert.ThrowsAsync<ObjectDisposedException>(() => watching.WaitAsync(TimeSpan.FromSeconds(30), Cancelled));
        error.ObjectName.Should().Be(nameof(RedisMessageStore));
        await NoChannelsAsync(admin);
        (await shared.GetDatabase().PingAsync()).Should().BePositive();
    }

    [Fact]
    public async Task Foreign_payloads_on_a_channel_are_not_delivered()
    {
        await using var redis = await RedisProcess.StartAsync();
        await using var admin = await redis.ConnectAsync();
        await using var store = new RedisMessageStore(ConfigurationOptions.Parse(redis.Configuration));
        var chat = new Chat(store);
        await using var log = new WatchLog(store.WatchAsync("lobby"));
        await log.CaughtUpAsync();
        var channel = RedisChannel.Literal(new KeyNames(new HashTagKeyScheme(), 0).Live("lobby"));

        foreach (var forged in new[] { "", "x", "c ", "c 1 2 3 4 5", "c 1 1 1 1 1\nnot json", "e 1 1 1 1 1 1", "d 1 1 1 1 1", "c 1 99999999999999999999 1 1 1\n{}", "d zz 1 1 1 1 1", "c 0 1 1 0 0\n{\"t\":1,\"u\":\"a\",\"c\":\"b\"}", "c 1 -1 1 1 1\n{\"t\":1,\"u\":\"a\",\"c\":\"b\"}" })
        {
            await admin.GetSubscriber().PublishAsync(channel, forged);
        }

        // Well-formed, but of an epoch that the store does not know.
        await admin.GetSubscriber().PublishAsync(channel, "c abc 1 1 0 0\n{\"t\":1,\"u\":\"mallory\",\"c\":\"forged\"}");
        await chat.SendAsync("lobby", "alice", "real", Cancelled);

        await log.UntilAsync(l => l.Events.Any(happened => happened is RoomEvent.Created { Message.Text: "real" }));
        await admin.GetSubscriber().PublishAsync(channel, "c abc 2 1 1 0\n{\"t\":1,\"u\":\"mallory\",\"c\":\"forged\"}");
        await chat.SendAsync("lobby", "alice", "also real", Cancelled);
        await log.UntilAsync(l => l.Events[^1] is RoomEvent.Created { Message.Text: "also real" });
        log.CreatedIds.Should().Equal(1, 2);
        log.Events.Should().NotContain(happened => happened is RoomEvent.Gap);
    }

    [Fact]
    public async Task On_a_cluster_events_go_by_sharded_channels()
    {
        await using var redis = await RedisProcess.StartAsync("--cluster-enabled", "yes");
        await using var admin = await redis.ConnectAsync();
        await admin.GetDatabase().ExecuteAsync("CLUSTER", "ADDSLOTSRANGE", 0, 16383);
        await Poll.UntilAsync(async () => ((string?)await admin.GetDatabase().ExecuteAsync("CLUSTER", "INFO"))!.Contains("cluster_state:ok", StringComparison.Ordinal), "the cluster is ready");

        await using var store = new RedisMessageStore(ConfigurationOptions.Parse(redis.Configuration));
        var chat = new Chat(store);
        await using var log = new WatchLog(store.WatchAsync("lobby"));
        await log.CaughtUpAsync();
        await chat.SendManyAsync("lobby", [new("alice", "one"), new("bob", "two")], Cancelled);
        await log.UntilAsync(l => l.CreatedIds.Contains(2));
        await chat.EditAsync("lobby", 1, "alice", "ONE", Cancelled);
        await chat.DeleteAsync("lobby", 2, "bob", cancellationToken: Cancelled);
        var whole = await chat.ReceiveAsync("lobby", cancellationToken: Cancelled);
        await log.ReachesAsync(whole.Position);
        log.Room.Should().Equal(whole.Messages);

        // Live from here on: the room is known.
        await chat.SendAsync("lobby", "alice", "three", Cancelled);
        await log.UntilAsync(l => l.Events[^1] is RoomEvent.Created { Message.Text: "three" });
        (await admin.GetDatabase().ExecuteAsync("PUBSUB", "SHARDCHANNELS")).ToString().Should().NotBeEmpty();
        (await ChannelsAsync(admin)).Should().BeEmpty("plain channels are sent to every node");
        (await chat.CheckHealthAsync(Cancelled)).IsHealthy.Should().BeTrue();
    }

    [Fact]
    public async Task Health_reports_which_steps_work_and_how_long_they_took()
    {
        await using var redis = await RedisProcess.StartAsync();
        await using var store = new RedisMessageStore(ConfigurationOptions.Parse(redis.Configuration));

        var health = await new Chat(store).CheckHealthAsync(Cancelled);
        health.IsHealthy.Should().BeTrue();
        new[] { health.Connection, health.Write, health.Live }.Should().OnlyContain(step => step.Works && step.Took > TimeSpan.Zero && step.Error == null);

        await redis.KillAsync();
        var down = await new Chat(store, new ChatOptions { OperationTimeout = TimeSpan.FromSeconds(1) }).CheckHealthAsync(Cancelled);
        down.IsHealthy.Should().BeFalse();
        new[] { down.Connection, down.Write, down.Live }.Should().OnlyContain(step => !step.Works && step.Error!.StartsWith("Redis is not available.", StringComparison.Ordinal) && !step.Error.Contains($":{redis.Port}", StringComparison.Ordinal));
    }

    [Fact]
    public async Task A_user_who_may_not_subscribe_receives_an_error_and_does_not_wait_forever()
    {
        await using var redis = await RedisProcess.StartAsync();
        await using var admin = await redis.ConnectAsync();
        await admin.GetDatabase().ExecuteAsync("ACL", "SETUSER", "mute", "on", ">secret", "~*", "&*", "+@all", "-subscribe");
        await using var store = new RedisMessageStore(ConfigurationOptions.Parse($"{redis.Configuration},user=mute,password=secret"));

        var error = await Assert.ThrowsAsync<ChatException>(async () =>
        {
            await foreach (var _ in store.WatchAsync("lobby").WithCancellation(Cancelled))
            {
            }
        });

        error.Operation.Should().Be(ChatOperations.Watch);
        error.Message.Should().Contain("does not allow");
    }

    [Fact]
    public async Task Health_reports_refused_writes()
    {
        await using var redis = await RedisProcess.StartAsync();
        await using var admin = await redis.ConnectAsync();
        await using var store = new RedisMessageStore(admin);
        await admin.GetServers()[0].ConfigSetAsync("maxmemory", "1");

        var health = await new Chat(store).CheckHealthAsync(Cancelled);

        (health.Connection.Works, health.Write.Works, health.Live.Works).Should().Be((true, false, true));
        health.Write.Error.Should().Contain("maxmemory").And.NotContain("chatroom");
    }

    private static async Task<long> CallsAsync(ConnectionMultiplexer admin)
    {
        var statistics = (string?)await admin.GetDatabase().ExecuteAsync("INFO", "commandstats") ?? "";
        var calls = statistics.Split('\n').FirstOrDefault(line => line.StartsWith("cmdstat_hmget:", StringComparison.Ordinal))?.Split('=', ',')[1] ?? "0";
        return long.Parse(calls, System.Globalization.CultureInfo.InvariantCulture);
    }

    private static async Task<long> SubscribersAsync(ConnectionMultiplexer admin, string room) =>
        await admin.GetServers()[0].SubscriptionSubscriberCountAsync(RedisChannel.Literal(new KeyNames(new HashTagKeyScheme(), 0).Live(room)));

    /// <summary>Waits until there are no rooms' channels: a watcher that ends waits only for a short time until the server has dropped its subscription.</summary>
    private static Task NoChannelsAsync(ConnectionMultiplexer admin) =>
        Poll.UntilAsync(async () => (await ChannelsAsync(admin)).Length == 0, "the subscriptions end");

    /// <summary>The rooms' channels, without the client library's own.</summary>
    private static async Task<RedisChannel[]> ChannelsAsync(ConnectionMultiplexer admin) =>
        await admin.GetServers()[0].SubscriptionChannelsAsync(RedisChannel.Pattern("chatroom:*"));
}
