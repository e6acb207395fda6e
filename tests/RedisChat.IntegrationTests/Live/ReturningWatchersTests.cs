using RedisChat.Conformance;
using RedisChat.Redis;
using StackExchange.Redis;

namespace RedisChat.IntegrationTests.Live;

/// <summary>After a restart all watchers of a room come back at once, having missed the same events.</summary>
public sealed class ReturningWatchersTests
{
    private const string Room = "lobby";
    private const int Watchers = 200;

    private static CancellationToken Cancelled => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Watchers_that_come_back_together_share_their_reads()
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

        var storeLog = new StoreLog();
        await using var watching = new RedisMessageStore(
            RedisConnection.Own(ConfigurationOptions.Parse(redis.Configuration)), new RedisStoreOptions(), keys: null, TimeProvider.System, storeLog);
        await using var subscribed = new WatchLog(watching.WatchAsync(Room));
        await subscribed.CaughtUpAsync();
        await using var monitor = await RedisMonitor.StartAsync(redis);

        using var end = CancellationTokenSource.CreateLinkedTokenSource(Cancelled);

        // While the server is frozen the first read is under way, and all later watchers wait for the next.
        redis.Freeze();
        var begun = storeLog.Of("CatchingUp").Count();
        var logs = Enumerable.Range(0, Watchers).Select(_ => new WatchLog(Begun(watching.WatchAsync(Room, seen, end.Token)))).ToList();
        storeLog.Of("CatchingUp").Should().HaveCount(begun + Watchers, "each shares a read once its first call has returned");
        redis.Thaw();
        await Task.WhenAll(logs.Select(log => log.CaughtUpAsync()));

        var reads = (await monitor.StopAsync(admin)).Where(IsReadOfLog).ToList();
        foreach (var log in logs)
        {
            log.CreatedIds.Should().Equal(Enumerable.Range(2, 100).Select(id => (long)id));
            log.Events.Should().HaveCount(101);
        }

        reads.Should().HaveCount(2, "the first watcher reads alone, and all the others then read together");
        await end.CancelAsync();
        await Task.WhenAll(logs.Select(log => log.DisposeAsync().AsTask()));
    }

    [Fact]
    public async Task Watchers_for_many_users_of_an_open_room_cost_one_subscription_and_no_read_for_each()
    {
        await using var redis = await RedisProcess.StartAsync();
        await using var admin = await redis.ConnectAsync();
        await using var store = new RedisMessageStore(ConfigurationOptions.Parse(redis.Configuration));
        var chat = new Chat(store);
        var seen = (await chat.SendAsync(Room, "alice", "seen", Cancelled)).Position;
        await chat.SendAsync(Room, "alice", "missed", Cancelled);
        await using var monitor = await RedisMonitor.StartAsync(redis);

        var logs = Enumerable.Range(0, Watchers).Select(user => new WatchLog(chat.WatchAsync(Room, new WatchOptions { After = seen, As = $"user{user}" }))).ToList();
        await Task.WhenAll(logs.Select(log => log.CaughtUpAsync()));

        var commands = await monitor.StopAsync(admin);
        commands.Should().NotContain(command => command.Contains(":members", StringComparison.Ordinal) || command.Contains("{user:user", StringComparison.Ordinal));
        commands.Should().ContainSingle(command => command.Contains("\"SUBSCRIBE\" \"chatroom:{user:%}:live\"", StringComparison.Ordinal));
        await chat.RevokeAsync("user17", Cancelled);
        (await Assert.ThrowsAsync<ChatForbiddenException>(() => logs[17].UntilAsync(_ => false))).Reason.Should().Be(ForbiddenReason.Revoked);
        var sent = await chat.SendAsync(Room, "alice", "live", Cancelled);
        await Task.WhenAll(logs.Where((_, user) => user != 17).Select(log => log.ReachesAsync(sent.Position)));
        await Task.WhenAll(logs.Select(log => log.DisposeAsync().AsTask()));
    }

    [Fact]
    public async Task A_watcher_that_comes_back_reads_no_event_of_a_room_that_it_may_no_longer_read()
    {
        await using var redis = await RedisProcess.StartAsync();
        await using var store = new RedisMessageStore(ConfigurationOptions.Parse(redis.Configuration));
        await using var elsewhere = new RedisMessageStore(ConfigurationOptions.Parse(redis.Configuration));
        var (chat, other) = (new Chat(store), new Chat(elsewhere));
        var seen = (await chat.SendAsync(Room, "alice", "seen", Cancelled)).Position;

        // This process knows the room without rules.
        await using (var before = new WatchLog(chat.WatchAsync(Room, new WatchOptions { After = seen, As = "eve" })))
        {
            await before.CaughtUpAsync();
        }

        await other.SendAsync(Room, "alice", "secret", Cancelled);
        await other.Room(Room).Members.BanAsync("eve", Actor.Application, cancellationToken: Cancelled);

        await using var after = new WatchLog(chat.WatchAsync(Room, new WatchOptions { After = seen, As = "eve" }));
        (await Assert.ThrowsAsync<ChatForbiddenException>(() => after.UntilAsync(_ => false))).Reason.Should().Be(ForbiddenReason.Banned);
        after.Events.Should().BeEmpty();
    }

    [Fact]
    public async Task Streams_of_users_end_if_the_history_of_revocations_is_lost()
    {
        await using var redis = await RedisProcess.StartAsync();
        await using var admin = await redis.ConnectAsync();
        await using var store = new RedisMessageStore(ConfigurationOptions.Parse(redis.Configuration));
        var chat = new Chat(store);
        await chat.RevokeAsync("mallory", Cancelled);
        await using var log = new WatchLog(chat.WatchAsync(Room, new WatchOptions { As = "alice" }));
        await log.CaughtUpAsync();
        var wait = chat.WaitForRevocationAsync("alice", Cancelled);

        await admin.GetDatabase().KeyDeleteAsync(["chatroom:{user:%}", "chatroom:{user:%}:changed"]);
        await chat.RevokeAsync("mallory", Cancelled);

        var lost = await Assert.ThrowsAsync<ChatUnavailableException>(() => log.UntilAsync(_ => false));
        (lost.Room, lost.Operation).Should().Be((Room, ChatOperations.Watch));
        lost.Message.Should().Contain("watch again");
        await Assert.ThrowsAsync<ChatUnavailableException>(() => wait);
    }

    [Fact]
    public async Task Watchers_that_start_together_while_others_send_miss_nothing()
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

    /// <summary>Events whose first was asked for on this thread: the call returns when it waits.</summary>
    private static IAsyncEnumerable<RoomEvent> Begun(IAsyncEnumerable<RoomEvent> events)
    {
        var enumerator = events.GetAsyncEnumerator(CancellationToken.None);
        var next = enumerator.MoveNextAsync();
        return RestAsync();

        async IAsyncEnumerable<RoomEvent> RestAsync()
        {
            for (; await next; next = enumerator.MoveNextAsync())
            {
                yield return enumerator.Current;
            }
        }
    }

    /// <summary>Each read of the changes since a position reads the change log once.</summary>
    private static bool IsReadOfLog(string command) => command.Contains("\"ZRANGEBYSCORE\"", StringComparison.OrdinalIgnoreCase);
}
