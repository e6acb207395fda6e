using System.Diagnostics;
using RedisChat.Conformance;
using RedisChat.Faults;
using StackExchange.Redis;

namespace RedisChat.IntegrationTests.Faults;

/// <summary>Processes with present users are killed and frozen: no ghost stays, and those who watch receive it.</summary>
public sealed class PresenceFaultTests : IAsyncDisposable
{
    private const string Room = "lobby";

    // A worker that gets no processor time for longer than about two thirds of this expires like a frozen one, and comes back. So tests await what lasts.
    private static readonly TimeSpan Expiry = TimeSpan.FromSeconds(3);
    private static readonly TimeSpan Probe = TimeSpan.FromMilliseconds(500);

    // For a machine that is busy with other tests; docs/guarantees.md has what was measured.
    private static readonly TimeSpan Margin = TimeSpan.FromSeconds(20);

    private readonly DirectoryInfo _logs = Directory.CreateTempSubdirectory("redischat-presence-");
    private readonly List<WorkerProcess> _workers = [];

    private static CancellationToken Cancelled => TestContext.Current.CancellationToken;

    public static TheoryData<int> Seeds => [.. (Environment.GetEnvironmentVariable("REDISCHAT_FAULT_SEEDS") ?? "1").Split(',').Select(int.Parse)];

    [Fact]
    public async Task The_users_of_a_killed_process_leave_within_the_expiry_even_if_nobody_else_is_present()
    {
        await using var redis = await RedisProcess.StartAsync();
        await using var store = Open(redis.Configuration);
        var presence = new Chat(store).Room(Room).Presence;
        await using var log = new WatchLog(store.WatchAsync(Room, cancellationToken: Cancelled));
        await log.CaughtUpAsync();
        var one = await StartAsync(redis.Configuration, "alice", "bob");
        var other = await StartAsync(redis.Configuration, "bob", "carol");
        await PresentAsync(presence, "alice", "bob", "carol");

        await GoneAsync(one, "alice");
        await PresentAsync(presence, "bob", "carol");

        await GoneAsync(other, "bob", "carol");
        (await presence.ListAsync(cancellationToken: Cancelled)).Users.Should().BeEmpty();
        (await KeysAsync(redis)).Should().BeEmpty();

        async Task GoneAsync(WorkerProcess worker, params string[] users)
        {
            worker.Kill();
            var watch = Stopwatch.StartNew();
            await log.UntilAsync(seen => users.All(user => LastOf(seen, user) is RoomEvent.Left));
            TestContext.Current.TestOutputHelper?.WriteLine($"{string.Join(", ", users)} left {watch.Elapsed.TotalSeconds:0.00} s after the kill; the expiry is {Expiry.TotalSeconds} s.");
            watch.Elapsed.Should().BeLessThan(Expiry + Probe + Margin);
        }
    }

    [Fact]
    public async Task A_frozen_process_comes_back_with_its_users()
    {
        await using var redis = await RedisProcess.StartAsync();
        await using var store = Open(redis.Configuration);
        var presence = new Chat(store).Room(Room).Presence;
        await using var log = new WatchLog(store.WatchAsync(Room, cancellationToken: Cancelled));
        await log.CaughtUpAsync();
        var worker = await StartAsync(redis.Configuration, "alice", "bob");

        worker.Freeze();
        await log.UntilAsync(seen => LastOf(seen, "alice") is RoomEvent.Left && LastOf(seen, "bob") is RoomEvent.Left);
        (await presence.ListAsync(cancellationToken: Cancelled)).Users.Should().BeEmpty();
        worker.Thaw();
        await log.UntilAsync(seen => LastOf(seen, "alice") is RoomEvent.Entered && LastOf(seen, "bob") is RoomEvent.Entered);
        await PresentAsync(presence, "alice", "bob");

        await worker.EndAsync();
        await PresentAsync(presence);
        (await KeysAsync(redis)).Should().BeEmpty();
        worker.History.Events.OfType<Broken>().Should().BeEmpty();
    }

    [Theory]
    [MemberData(nameof(Seeds))]
    public async Task Whatever_is_killed_the_users_of_the_running_processes_are_present_and_no_others(int seed)
    {
        await using var server = await SingleServer.StartAsync(SingleServer.AofAlways);
        await using var store = Open(server.Configuration);
        var presence = new Chat(store, new ChatOptions { OperationTimeout = TimeSpan.FromMinutes(1) }).Room(Room).Presence;
        await using var log = new WatchLog(store.WatchAsync(Room, cancellationToken: Cancelled));
        await log.CaughtUpAsync();
        var random = new Random(seed);
        var running = new List<(WorkerProcess Worker, string[] Users)>();
        for (var round = 0; round < 6; round++)
        {
            string[] users = [$"user {round}", "shared"];
            running.Add((await StartAsync(server.Configuration, users), users));
            switch (random.Next(4))
            {
                case 0:
                    var (killed, _) = running[random.Next(running.Count)];
                    killed.Kill();
                    running.RemoveAll(entry => entry.Worker == killed);
                    break;
                case 1:
                    // Long enough for some to expire, and too short for others.
                    var (frozen, _) = running[random.Next(running.Count)];
                    frozen.Freeze();
                    await Task.Delay(random.Next((int)(2 * Expiry).TotalMilliseconds), Cancelled);
                    frozen.Thaw();
                    break;
                case 2:
                    await server.KillAsync();
                    await server.RestartAsync();
                    break;
                default:
                    var (ended, _) = running[random.Next(running.Count)];
                    await ended.EndAsync();
                    running.RemoveAll(entry => entry.Worker == ended);
                    break;
            }
        }

        await PresentAsync(presence, [.. running.SelectMany(entry => entry.Users).Distinct().Order(StringComparer.Ordinal)]);

        foreach (var (worker, _) in running)
        {
            await worker.EndAsync();
            worker.History.Events.OfType<Broken>().Should().BeEmpty();
        }

        // What was killed while it left is gone after the expiry.
        await Poll.UntilAsync(async () => (await presence.ListAsync(cancellationToken: Cancelled)).Count == 0, "nobody is present");
        (await KeysAsync(server.Server)).Should().BeEmpty();
    }

    [Fact]
    public async Task A_store_that_is_disposed_takes_its_users_out_at_once()
    {
        await using var redis = await RedisProcess.StartAsync();
        await using var watching = Open(redis.Configuration);
        await using var log = new WatchLog(watching.WatchAsync(Room, cancellationToken: Cancelled));
        await log.CaughtUpAsync();
        var settings = new ChatOptions { OperationTimeout = TimeSpan.FromSeconds(5) };
        settings.Presence.Expiry = TimeSpan.FromMinutes(10);
        var store = Open(redis.Configuration);
        var chat = new Chat(store, settings);
        var connections = await Task.WhenAll(Enumerable.Range(0, 50).SelectMany(room => new[] { "alice", "bob" }.Select(
            user => chat.Room(room == 0 ? Room : $"room {room}").Presence.EnterAsync(user, Cancelled))));

        await store.DisposeAsync();

        await log.UntilAsync(seen => seen.Events.OfType<RoomEvent.Left>().Count() == 2);
        (await KeysAsync(redis)).Should().BeEmpty();
        foreach (var connection in connections)
        {
            await connection.DisposeAsync();
        }
    }

    [Fact]
    public async Task When_memory_is_full_nobody_can_enter_but_those_who_are_present_stay_until_they_leave()
    {
        await using var redis = await RedisProcess.StartAsync();
        await using var store = Open(redis.Configuration);
        var presence = (IPresenceStore)((IMessageStore)store).GetAbility(typeof(IPresenceStore))!;
        await presence.UpdatePresenceAsync(Room, Update("one", entering: ["alice", "bob"]), Cancelled);
        await redis.AskAsync("HSET", "chatroom:{lobby}:here", "p:dead", "1 1");
        await redis.AskAsync("CONFIG", "SET", "maxmemory-policy", "noeviction");
        await redis.AskAsync("CONFIG", "SET", "maxmemory", "1");

        (await presence.UpdatePresenceAsync(Room, Update("one", changes: 1), Cancelled)).IsAccepted.Should().BeTrue("it is a heartbeat that removes a dead process");
        (await presence.UpdatePresenceAsync(Room, Update("one", changes: 1), Cancelled)).IsAccepted.Should().BeTrue("it is a heartbeat");
        await Assert.ThrowsAsync<ChatStoreFullException>(async () => await presence.UpdatePresenceAsync(Room, Update("other", entering: ["carol"]), Cancelled));
        (await presence.UpdatePresenceAsync(Room, Update("one", changes: 1, leaving: ["alice"]), Cancelled)).IsAccepted.Should().BeTrue();
        (await presence.ReadPresentUsersAsync(Room, null, 10, Cancelled)).Users.Should().Equal("bob");
        (await presence.UpdatePresenceAsync(Room, Update("one", changes: 2, leaving: ["bob"]), Cancelled)).IsAccepted.Should().BeTrue();
        (await KeysAsync(redis)).Should().BeEmpty();

    }

    [Fact]
    public async Task When_memory_is_full_those_whose_rights_are_checked_again_stay_and_a_banned_one_leaves()
    {
        await using var redis = await RedisProcess.StartAsync();
        await using var store = Open(redis.Configuration);
        var presence = (IPresenceStore)((IMessageStore)store).GetAbility(typeof(IPresenceStore))!;
        await presence.UpdatePresenceAsync(Room, Update("one", entering: ["alice", "bob"]), Cancelled);
        await new Chat(store).Room(Room).Members.BanAsync("bob", Actor.Application, cancellationToken: Cancelled);
        await redis.AskAsync("CONFIG", "SET", "maxmemory-policy", "noeviction");
        await redis.AskAsync("CONFIG", "SET", "maxmemory", "1");

        var answer = await presence.UpdatePresenceAsync(Room, Update("one", changes: 1, entering: ["alice", "bob"]), Cancelled);
        (answer.IsAccepted, answer.HasRules).Should().Be((true, true));
        answer.Refused.Should().ContainSingle().Which.Key.Should().Be("bob");
        (await presence.ReadPresentUsersAsync(Room, null, 10, Cancelled)).Users.Should().Equal("alice");
        await Assert.ThrowsAsync<ChatStoreFullException>(async () => await presence.UpdatePresenceAsync(Room, Update("one", changes: 2, entering: ["alice", "carol"]), Cancelled));
        (await presence.UpdatePresenceAsync(Room, Update("one", changes: 2, leaving: ["alice"]), Cancelled)).IsAccepted.Should().BeTrue();
        (await presence.ReadPresentUsersAsync(Room, null, 10, Cancelled)).Users.Should().BeEmpty();
    }

    private static PresenceUpdate Update(string process, long changes = 0, string[]? entering = null, string[]? leaving = null) =>
        new() { Process = process, Changes = changes, Expiry = TimeSpan.FromMinutes(1), Entering = entering ?? [], Leaving = leaving ?? [] };

    public async ValueTask DisposeAsync()
    {
        foreach (var worker in _workers)
        {
            await worker.DisposeAsync();
        }

        _logs.Delete(recursive: true);
    }

    /// <summary>Waits until exactly these users are present.</summary>
    private static Task PresentAsync(RoomPresence presence, params string[] users) => Poll.UntilAsync(
        async () => await presence.ListAsync(cancellationToken: Cancelled) is var found && found.Count == users.Length && found.Users.SequenceEqual(users),
        $"{string.Join(", ", users)} are present");

    private static RoomEvent? LastOf(WatchLog log, string user) => log.Events.LastOrDefault(
        happened => happened is RoomEvent.Entered entered ? entered.User == user : happened is RoomEvent.Left left && left.User == user);

    private static RedisMessageStore Open(string configuration) =>
        new(ConfigurationOptions.Parse(configuration), new RedisStoreOptions { LiveProbeInterval = Probe });

    private async Task<WorkerProcess> StartAsync(string configuration, params string[] users)
    {
        var worker = await WorkerProcess.StartAsync(new WorkerOptions
        {
            Sends = false,
            Redis = configuration,
            Rooms = [Room],
            Users = users,
            Expiry = Expiry,
            Log = Path.Combine(_logs.FullName, $"{_workers.Count}.log"),
        });
        _workers.Add(worker);
        await worker.UntilAsync(events => events.OfType<UsersEntered>().Any(), "the users have entered");
        return worker;
    }

    /// <summary>The keys of presence, and the rooms that are marked as using it.</summary>
    private static async Task<IReadOnlyList<string>> KeysAsync(RedisProcess redis)
    {
        await using var admin = await redis.ConnectAsync();
        var found = new List<string>();
        await foreach (var key in admin.GetServers()[0].KeysAsync(pattern: "chatroom:*"))
        {
            if (key.ToString().Contains(":here", StringComparison.Ordinal) || (!key.ToString().Contains("}:", StringComparison.Ordinal) && await admin.GetDatabase().HashExistsAsync(key, "uses")))
            {
                found.Add(key!);
            }
        }

        return found;
    }
}
