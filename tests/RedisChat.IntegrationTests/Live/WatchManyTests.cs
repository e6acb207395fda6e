using RedisChat.Redis;
using StackExchange.Redis;

namespace RedisChat.IntegrationTests.Live;

/// <summary>Many rooms in one stream, on a server: subscriptions come and go with the rooms, and what one room may not do does not end the others.</summary>
public sealed class WatchManyTests
{
    private const string Prefix = "many";

    private static CancellationToken Cancelled => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData(null)]
    [InlineData("bob")]
    public async Task Each_room_is_one_subscription_which_ends_when_the_room_leaves_or_the_stream_ends(string? user)
    {
        // For a user there is one more, in case the user is revoked.
        var users = user is null ? 0 : 1;
        await using var redis = await RedisProcess.StartAsync();
        await using var admin = await redis.ConnectAsync();
        await using var store = Open(redis.Configuration);
        var chat = new Chat(store);
        await using var watched = chat.WatchManyAsync(Rooms(100), new WatchManyOptions { As = user }, Cancelled);
        (await ChannelsAsync(admin)).Should().BeEmpty("nothing is watched before the enumeration");
        await using var events = watched.GetAsyncEnumerator(Cancelled);
        await CaughtUpAsync(events, 100);
        (await ChannelsAsync(admin)).Should().HaveCount(100 + users);

        // Another stream of the same process shares them.
        await using (var other = chat.WatchManyAsync(Rooms(100), new WatchManyOptions { As = user }, Cancelled).GetAsyncEnumerator(Cancelled))
        {
            await CaughtUpAsync(other, 100);
            (await admin.GetServers()[0].SubscriptionSubscriberCountAsync(Channel("room 7"))).Should().Be(1);
        }

        (await ChannelsAsync(admin)).Should().HaveCount(100 + users);
        for (var room = 0; room < 50; room++)
        {
            watched.Remove($"room {room}").Should().BeTrue();
        }

        await Poll.UntilAsync(async () => (await ChannelsAsync(admin)).Length == 50 + users, "half of the subscriptions end");
        watched.Add("room 0");
        await CaughtUpAsync(events, 1);
        (await ChannelsAsync(admin)).Should().HaveCount(51 + users);

        await watched.DisposeAsync();

        await NoChannelsAsync(admin);
    }

    [Fact]
    public async Task A_canceled_stream_leaves_no_subscription_behind()
    {
        await using var redis = await RedisProcess.StartAsync();
        await using var admin = await redis.ConnectAsync();
        await using var store = Open(redis.Configuration);
        using var end = new CancellationTokenSource();
        var watched = new Chat(store).WatchManyAsync(Rooms(20), cancellationToken: end.Token);
        var events = watched.GetAsyncEnumerator(Cancelled);
        await CaughtUpAsync(events, 20);
        var next = events.MoveNextAsync();

        await end.CancelAsync();

        var error = await Assert.ThrowsAnyAsync<OperationCanceledException>(async () => await next);
        error.CancellationToken.Should().Be(end.Token);
        await NoChannelsAsync(admin);
    }

    [Theory]
    [InlineData(null)]
    [InlineData("bob")]
    public async Task A_stream_that_is_canceled_while_its_rooms_are_still_being_subscribed_to_leaves_nothing_behind(string? user)
    {
        await using var redis = await RedisProcess.StartAsync();
        await using var admin = await redis.ConnectAsync();
        await using var store = Open(redis.Configuration);
        var chat = new Chat(store);
        for (var round = 0; round < 20; round++)
        {
            using var end = new CancellationTokenSource();
            await using var watched = chat.WatchManyAsync(Rooms(20), new WatchManyOptions { As = user }, end.Token);
            await using var events = watched.GetAsyncEnumerator(Cancelled);
            var next = events.MoveNextAsync();
            if (round % 2 == 0)
            {
                await end.CancelAsync();
                await Assert.ThrowsAnyAsync<OperationCanceledException>(async () => _ = await next && await events.MoveNextAsync());
            }
            else
            {
                await watched.DisposeAsync();
                (await next && await events.MoveNextAsync()).Should().BeFalse("the first room may have been there already");
            }
        }

        // A subscription that was given up on its way is ended in the background.
        await NoChannelsAsync(admin);
    }

    [Fact]
    public async Task Disposing_the_store_ends_the_stream()
    {
        await using var redis = await RedisProcess.StartAsync();
        await using var admin = await redis.ConnectAsync();
        var store = Open(redis.Configuration);
        await using var events = new Chat(store).WatchManyAsync(Rooms(20), cancellationToken: Cancelled).GetAsyncEnumerator(Cancelled);
        await CaughtUpAsync(events, 20);
        var next = events.MoveNextAsync();

        await store.DisposeAsync();

        var error = await Assert.ThrowsAsync<ObjectDisposedException>(() => next.AsTask().WaitAsync(TimeSpan.FromSeconds(30), Cancelled));
        error.ObjectName.Should().Be(nameof(RedisMessageStore));
        await NoChannelsAsync(admin);
    }

    [Fact]
    public async Task A_room_that_may_not_be_subscribed_to_fails_and_the_others_continue()
    {
        await using var redis = await RedisProcess.StartAsync();
        await using var admin = await redis.ConnectAsync();
        await admin.GetDatabase().ExecuteAsync("ACL", "SETUSER", "half", "on", ">secret", "~*", "resetchannels", $"&{Channel("allowed")}", "&__Booksleeve*", "+@all");
        await using var store = Open($"{redis.Configuration},user=half,password=secret");
        var chat = new Chat(store);
        await using var watched = chat.WatchManyAsync([new("forbidden", null), new("allowed", null)], cancellationToken: Cancelled);
        await using var events = watched.GetAsyncEnumerator(Cancelled);
        var first = new Dictionary<string, RoomEvent>();
        while (first.Count < 2)
        {
            (await events.MoveNextAsync()).Should().BeTrue();
            first.Add(events.Current.Room, events.Current.Event);
        }

        first["forbidden"].Should().BeOfType<RoomEvent.Failed>().Which.Error.Should().BeOfType<ChatException>().Which.Room.Should().Be("forbidden");
        first["allowed"].Should().BeOfType<RoomEvent.CaughtUp>();
        await new Chat(Open(admin)).SendAsync("allowed", "alice", "hello", Cancelled);
        (await events.MoveNextAsync()).Should().BeTrue();
        events.Current.Event.Should().BeOfType<RoomEvent.Created>();

        // Once it is allowed, the application adds the room again.
        await admin.GetDatabase().ExecuteAsync("ACL", "SETUSER", "half", $"&{Channel("forbidden")}");
        watched.Add("forbidden");
        await CaughtUpAsync(events, 1);
    }

    [Fact]
    public async Task A_stream_misses_nothing_of_any_room_while_its_subscriptions_are_killed()
    {
        const int Rooms = 10;
        const int Rounds = 20;
        await using var redis = await RedisProcess.StartAsync();
        await using var admin = await redis.ConnectAsync();
        await using var store = Open(redis.Configuration);
        var chat = new Chat(store);
        await using var events = chat.WatchManyAsync(WatchManyTests.Rooms(Rooms), cancellationToken: Cancelled).GetAsyncEnumerator(Cancelled);
        await CaughtUpAsync(events, Rooms);
        var sending = Task.Run(async () =>
        {
            for (var round = 0; round < Rounds; round++)
            {
                await admin.GetDatabase().ExecuteAsync("CLIENT", "KILL", "TYPE", "pubsub");
                await Task.WhenAll(Enumerable.Range(0, Rooms).Select(room => chat.SendAsync($"room {room}", "alice", $"{round}", Cancelled)));
            }
        });

        var received = Enumerable.Range(0, Rooms).ToDictionary(room => $"room {room}", _ => new List<long>());
        while (received.Values.Sum(ids => ids.Count) < Rooms * Rounds)
        {
            (await events.MoveNextAsync()).Should().BeTrue();
            received[events.Current.Room].Add(events.Current.Event.Should().BeOfType<RoomEvent.Created>().Subject.Message.Id);
        }

        await sending;
        received.Values.Should().OnlyContain(ids => ids.SequenceEqual(Enumerable.Range(1, Rounds).Select(id => (long)id)));
    }

    /// <summary>A watcher waits only for a while until the server has confirmed that its subscription has ended, so this may take a moment.</summary>
    private static Task NoChannelsAsync(ConnectionMultiplexer admin) =>
        Poll.UntilAsync(async () => (await ChannelsAsync(admin)).Length == 0, "the subscriptions end");

    private static IEnumerable<KeyValuePair<string, RoomPosition?>> Rooms(int count) =>
        Enumerable.Range(0, count).Select(room => KeyValuePair.Create<string, RoomPosition?>($"room {room}", null));

    private static async Task CaughtUpAsync(IAsyncEnumerator<WatchedRoomEvent> events, int rooms)
    {
        for (var room = 0; room < rooms; room++)
        {
            (await events.MoveNextAsync()).Should().BeTrue();
            events.Current.Event.Should().BeOfType<RoomEvent.CaughtUp>();
        }
    }

    private static RedisMessageStore Open(string configuration) =>
        new(ConfigurationOptions.Parse(configuration), new RedisStoreOptions { KeyPrefix = Prefix });

    private static RedisMessageStore Open(ConnectionMultiplexer shared) => new(shared, new RedisStoreOptions { KeyPrefix = Prefix });

    private static RedisChannel Channel(string room) => RedisChannel.Literal(new KeyNames(new HashTagKeyScheme(Prefix), 0).Live(room));

    /// <summary>The rooms' channels, without the client library's own.</summary>
    private static async Task<RedisChannel[]> ChannelsAsync(ConnectionMultiplexer admin) =>
        await admin.GetServers()[0].SubscriptionChannelsAsync(RedisChannel.Pattern($"{Prefix}:*"));
}
