using RedisChat.Conformance;
using StackExchange.Redis;

namespace RedisChat.IntegrationTests.Redis;

/// <summary>How many commands an operation takes, and how many of them wait for another's answer.</summary>
public sealed class RoundTripTests(TestServer server) : IAsyncLifetime
{
    private static readonly string[] Script = ["EVALSHA"];
    private static readonly string[] Sealed = ["HGET", "HGET"];

    private readonly string _prefix = $"test-{Guid.NewGuid():n}";
    private readonly List<RedisMessageStore> _stores = [];
    private StepProxy _proxy = null!;
    private ConnectionMultiplexer _connection = null!;

    private static CancellationToken Cancelled => TestContext.Current.CancellationToken;

    public async ValueTask InitializeAsync()
    {
        _proxy = new StepProxy(server.Connection.GetEndPoints()[0], _prefix);
        var configuration = ConfigurationOptions.Parse($"{server.Configuration},asyncTimeout=60000");
        configuration.EndPoints.Clear();
        configuration.EndPoints.Add(_proxy.EndPoint);
        _connection = await ConnectionMultiplexer.ConnectAsync(configuration);

        // The first use of a script on a connection loads it; later uses send only its hash.
        var chat = await NewChatAsync();
        await chat.SendAsync("warm up", "alice", "hello", Cancelled);
        await chat.EditAsync("warm up", 1, "alice", "hi", Cancelled);
    }

    public async ValueTask DisposeAsync()
    {
        await _connection.DisposeAsync();
        await _proxy.DisposeAsync();
    }

    [Fact]
    public async Task A_send_is_one_command_in_a_new_room_and_in_a_known_one()
    {
        var chat = await NewChatAsync();

        await _proxy.StepAsync(() => chat.SendAsync("lobby", "alice", "one", Cancelled), Script);
        await _proxy.StepAsync(() => chat.SendAsync("lobby", "bob", "two", Cancelled), Script);
    }

    [Fact]
    public async Task A_batch_is_one_command_even_across_buckets_and_authors()
    {
        var chat = await NewChatAsync();
        await FillAsync(chat, 100);
        var batch = Enumerable.Range(0, 128).Select(n => new NewMessage($"user{n}", "hello")).ToList();

        await _proxy.StepAsync(() => chat.SendManyAsync("lobby", batch, Cancelled), Script);
    }

    [Fact]
    public async Task The_first_send_of_a_process_into_an_old_room_takes_a_second_command()
    {
        await FillAsync(await NewChatAsync(), 300);
        var chat = await NewChatAsync();

        await _proxy.StepAsync(() => chat.SendAsync("lobby", "alice", "one", Cancelled), Script, Script);
        await _proxy.StepAsync(() => chat.SendAsync("lobby", "alice", "two", Cancelled), Script);
    }

    [Fact]
    public async Task A_process_whose_clock_is_off_by_hours_pays_once()
    {
        var chat = await NewChatAsync(new WrongClock());

        await _proxy.StepAsync(() => chat.SendAsync("lobby", "alice", "one", Cancelled), Script, Script);
        await _proxy.StepAsync(() => chat.SendAsync("lobby", "alice", "two", Cancelled), Script);
    }

    [Fact]
    public async Task Finding_out_whether_a_message_was_sent_is_one_command_and_two_with_a_clock_that_is_off()
    {
        var message = new NewMessage("alice", "one") { IdempotencyKey = "key" };
        var chat = await NewChatAsync();
        await chat.FindSentAsync("warm up", message, Cancelled);
        var sent = await chat.SendAsync("lobby", message, Cancelled);

        await _proxy.StepAsync(() => chat.FindSentAsync("lobby", message, Cancelled), Script);
        await _proxy.StepAsync(() => chat.FindSentAsync("nowhere", message, Cancelled), Script);
        var other = await NewChatAsync(new WrongClock());
        MessageReceipt? found = null;
        await _proxy.StepAsync(async () => found = await other.FindSentAsync("lobby", message, Cancelled), Script, Script);
        await _proxy.StepAsync(() => other.FindSentAsync("lobby", message, Cancelled), Script);
        found.Should().Be(sent with { IsDuplicate = true });
    }

    [Fact]
    public async Task The_newest_page_is_one_round_trip_when_the_last_id_is_known_and_two_when_not()
    {
        await FillAsync(await NewChatAsync(), 150);
        var chat = await NewChatAsync();

        var first = await _proxy.StepAsync(() => chat.ReceiveAsync("lobby", null, Cancelled), ["HMGET"], ["HMGET", "HMGET"]);
        var second = await _proxy.StepAsync(() => chat.ReceiveAsync("lobby", null, Cancelled), ["HMGET", "HMGET", "HMGET"]);

        first.Messages.Should().HaveCount(50);
        second.Messages.Should().Equal(first.Messages);
    }

    [Fact]
    public async Task Marking_as_read_is_one_command()
    {
        var chat = await NewChatAsync();
        await FillAsync(chat, 3);
        await chat.Room("lobby").ReadMarkers.MarkReadAsync("carol", 1, Cancelled);

        await _proxy.StepAsync(() => chat.Room("lobby").ReadMarkers.MarkReadAsync("carol", 3, Cancelled), Script);
    }

    [Fact]
    public async Task Unread_messages_are_one_command_when_the_last_id_is_known_and_two_when_not()
    {
        await FillAsync(await NewChatAsync(), 300);
        var chat = await NewChatAsync();
        await chat.Room("warm up").ReadMarkers.GetUnreadAsync("carol", Cancelled);

        var first = await _proxy.StepAsync(() => chat.Room("lobby").ReadMarkers.GetUnreadAsync("carol", Cancelled), Script, Script);
        var second = await _proxy.StepAsync(() => chat.Room("lobby").ReadMarkers.GetUnreadAsync("carol", Cancelled), Script);

        (first, second).Should().Be((new UnreadCount(99, true), first));
    }

    [Fact]
    public async Task The_rooms_of_a_user_are_one_round_trip()
    {
        var chat = await NewChatAsync();
        string[] rooms = [.. Enumerable.Range(0, 20).Select(n => $"room {n}")];
        foreach (var room in rooms)
        {
            await chat.SendAsync(room, "alice", "hello", Cancelled);
        }

        var markers = chat.Store.GetAbility<IReadMarkerStore>()!;
        await markers.ReadUserRoomsAsync("carol", ["warm up"], Cancelled);

        await _proxy.StepAsync(() => markers.ReadUserRoomsAsync("carol", rooms, Cancelled).AsTask(), [[.. rooms.Select(_ => "EVALSHA")]]);
    }

    [Fact]
    public async Task A_newest_page_after_sends_by_others_is_two_round_trips()
    {
        var chat = await NewChatAsync();
        await FillAsync(chat, 20);
        await FillAsync(await NewChatAsync(), 20);

        await _proxy.StepAsync(() => chat.ReceiveAsync("lobby", null, Cancelled), ["HMGET", "HMGET"], ["HMGET"]);
    }

    [Fact]
    public async Task The_newest_page_of_a_watched_room_is_one_round_trip_even_after_sends_by_others()
    {
        var chat = await NewChatAsync();
        await FillAsync(chat, 20);
        await using var log = new WatchLog(chat.WatchAsync("lobby"));
        await log.CaughtUpAsync();
        await FillAsync(await NewChatAsync(), 20);
        await log.UntilAsync(watched => watched.CreatedIds.Contains(40));

        var page = await _proxy.StepAsync(() => chat.ReceiveAsync("lobby", new MessageQuery { Limit = 20 }, Cancelled), [["HMGET", "HMGET"]]);

        page.Messages[^1].Id.Should().Be(40);
    }

    [Fact]
    public async Task A_page_before_after_or_around_a_message_is_one_round_trip()
    {
        await FillAsync(await NewChatAsync(), 300);
        var chat = await NewChatAsync();

        foreach (var query in new MessageQuery[] { new() { Before = 100 }, new() { After = 30 }, new() { Around = 60 } })
        {
            // The third command asks for sealed buckets; once the last id is known, only if one may be sealed.
            var page = await _proxy.StepAsync(() => chat.ReceiveAsync("lobby", query, Cancelled), ["HMGET", "HMGET", "HMGET"]);
            page.Messages.Should().HaveCount(50);
            chat = await NewChatAsync();
        }
    }

    [Fact]
    public async Task Sealed_messages_are_read_in_as_many_round_trips_as_open_ones()
    {
        var open = await NewChatAsync(sealAfter: null);
        await open.SendAsync("lobby", "carol", "hello", Cancelled);
        await FillAsync(open, 500);
        var position = (await open.ReceiveAsync("lobby", null, Cancelled)).Position;
        await open.EditAsync("lobby", 10, "alice", "edited", Cancelled);
        var before = await ReadAllWaysAsync(open, position);

        await NewChatAsync(sealAfter: 1);
        _stores[^1].Seal("lobby");
        await _stores[^1].SealedAsync();
        (await server.Connection.GetDatabase().HashLengthAsync($"{_prefix}:{{lobby}}:sealed")).Should().Be(3);

        (await ReadAllWaysAsync(open, position)).Should().Equal(before);
    }

    [Fact]
    public async Task A_bucket_sealed_earlier_than_this_process_expects_costs_one_more_round_trip()
    {
        var chat = await NewChatAsync();
        await FillAsync(chat, 200);
        await FillAsync(await NewChatAsync(sealAfter: 1), 60);
        await chat.ReceiveAsync("lobby", null, Cancelled);

        var page = await _proxy.StepAsync(() => chat.ReceiveAsync("lobby", new MessageQuery { Before = 200 }, Cancelled), ["HMGET", "HMGET"], ["HMGET"]);

        page.Messages.Should().HaveCount(50);
    }

    [Fact]
    public async Task Editing_or_deleting_a_sealed_message_takes_one_more_command_but_no_more_round_trips()
    {
        var chat = await NewChatAsync(sealAfter: 1);
        await FillAsync(chat, 300);

        await _proxy.StepAsync(() => chat.EditAsync("lobby", 1, "alice", "changed", Cancelled), ["HGET", "HGET"], Script);
        await _proxy.StepAsync(() => chat.DeleteAsync("lobby", 1, "alice", cancellationToken: Cancelled), ["HGET", "HGET"], Script);
    }

    /// <summary>Reads old messages in every possible way and counts. Each reading includes the texts it read.</summary>
    private async Task<List<string>> ReadAllWaysAsync(Chat chat, RoomPosition position)
    {
        string[] page = ["HMGET", "HMGET", "HMGET"];
        var before = await _proxy.StepAsync(() => chat.ReceiveAsync("lobby", new MessageQuery { Before = 100 }, Cancelled), page);
        var around = await _proxy.StepAsync(() => chat.ReceiveAsync("lobby", new MessageQuery { Around = 200 }, Cancelled), page);
        var across = await _proxy.StepAsync(() => chat.ReceiveAsync("lobby", new MessageQuery { After = 100, Limit = 200 }, Cancelled), ["HMGET", "HMGET", .. page]);
        var user = await _proxy.StepAsync(
            () => chat.ReceiveAsync("lobby", new MessageQuery { User = "carol" }, Cancelled), ["HMGET", "STRLEN", "GETRANGE", "STRLEN"], ["HMGET", "HMGET"]);
        var one = await _proxy.StepAsync(() => chat.GetAsync("lobby", 10, Cancelled), ["HGET", "HGET"]);
        var changes = await _proxy.StepAsync(
            () => chat.ReadChangesAsync("lobby", position, 1, Cancelled), ["HMGET", "ZRANGEBYSCORE"], ["HMGET", "HMGET"]);
        return
        [
            .. before.Messages.Concat(around.Messages).Concat(across.Messages).Concat(user.Messages).Append(one!).Select(message => $"{message.Id} {message.Text}"),
            .. changes.Events.Select(happened => $"{((RoomEvent.Edited)happened).Message}"),
        ];
    }

    [Fact]
    public async Task A_page_of_one_users_newest_messages_is_two_round_trips()
    {
        await FillAsync(await NewChatAsync(), 100);
        var chat = await NewChatAsync();

        await _proxy.StepAsync(
            () => chat.ReceiveAsync("lobby", new MessageQuery { User = "alice", Limit = 20 }, Cancelled),
            ["HMGET", "STRLEN", "GETRANGE", "STRLEN"],
            ["HMGET"]);
    }

    [Fact]
    public async Task An_edit_and_a_deletion_each_take_one_command_to_read_and_one_to_change()
    {
        var chat = await NewChatAsync();
        await FillAsync(chat, 2);

        await _proxy.StepAsync(() => chat.EditAsync("lobby", 1, "alice", "changed", Cancelled), ["HGET"], Script);
        await _proxy.StepAsync(() => chat.DeleteAsync("lobby", 1, "alice", cancellationToken: Cancelled), ["HGET"], Script);
    }

    [Fact]
    public async Task A_reaction_to_an_open_message_is_one_command_and_to_a_sealed_one_reads_it_first()
    {
        var chat = await NewChatAsync(sealAfter: 1);
        await FillAsync(chat, 300);
        var reactions = chat.Room("lobby").Reactions;

        await _proxy.StepAsync(() => reactions.AddAsync(300, "alice", "👍", Cancelled), Script);
        await _proxy.StepAsync(() => reactions.AddAsync(300, "bob", "👍", Cancelled), Script);
        await _proxy.StepAsync(() => reactions.RemoveAsync(300, "bob", "👍", Cancelled), ["HGET"], Script);
        await _proxy.StepAsync(() => reactions.AddAsync(1, "alice", "👍", Cancelled), ["HGET", "HGET"], Script);
    }

    [Fact]
    public async Task A_pin_is_one_command_and_so_is_its_removal()
    {
        var chat = await NewChatAsync();
        await chat.SendAsync("lobby", "alice", "one", Cancelled);
        var pins = chat.Room("lobby").Pins;

        await _proxy.StepAsync(() => pins.PinAsync(1, Actor.Application, Cancelled), Script);
        await _proxy.StepAsync(() => pins.PinAsync(1, Actor.Application, Cancelled), Script);
        await _proxy.StepAsync(() => pins.ListAsync(Cancelled), ["HGETALL"], ["HMGET"]);
        await _proxy.StepAsync(UnpinAsync, Script);
        await _proxy.StepAsync(UnpinAsync, Script);
        await _proxy.StepAsync(() => pins.ListAsync(Cancelled), ["HGETALL"]);

        async Task<bool> UnpinAsync()
        {
            await pins.UnpinAsync(1, Actor.Application, Cancelled);
            return true;
        }
    }

    [Fact]
    public async Task Reactions_come_in_the_pages_own_round_trip_and_cost_other_rooms_nothing()
    {
        string[] without = ["HMGET", "HMGET"];
        string[] with = ["HMGET", "HMGET", "HMGET"];
        var chat = await NewChatAsync();
        await FillAsync(chat, 100);
        await chat.ReceiveAsync("lobby", cancellationToken: Cancelled);
        await _proxy.StepAsync(() => chat.ReceiveAsync("lobby", new MessageQuery { Reader = "alice" }, Cancelled), without);

        await chat.Room("lobby").Reactions.AddAsync(99, "alice", "👍", Cancelled);
        await chat.ReceiveAsync("lobby", cancellationToken: Cancelled);

        var page = await _proxy.StepAsync(() => chat.ReceiveAsync("lobby", new MessageQuery { Reader = "alice" }, Cancelled), with);
        page.Reactions[99].Should().Equal(new Reaction("👍", 1, Own: 1));
        await _proxy.StepAsync(() => chat.ReceiveAsync("lobby", new MessageQuery { Before = 90, Limit = 20 }, Cancelled), with);
    }

    [Fact]
    public async Task Deleting_a_message_with_reactions_takes_no_extra_command()
    {
        var chat = await NewChatAsync();
        await FillAsync(chat, 2);
        await chat.Room("lobby").Reactions.AddAsync(1, "alice", "👍", Cancelled);

        await _proxy.StepAsync(() => chat.DeleteAsync("lobby", 1, "alice", cancellationToken: Cancelled), ["HGET"], Script);
    }

    [Fact]
    public async Task The_overview_of_rooms_is_one_round_trip_and_a_list_is_two()
    {
        var chat = await NewChatAsync();
        foreach (var id in new[] { "one", "two", "three" })
        {
            await chat.Rooms.CreateAsync(id, new RoomAbout { Name = id }, cancellationToken: Cancelled);
        }

        string[] three = ["HMGET", "HMGET", "HMGET"];
        await _proxy.StepAsync(() => chat.Rooms.GetInfoAsync(["one", "never", "two"], Cancelled), three);
        await _proxy.StepAsync(() => chat.Rooms.ListAsync(cancellationToken: Cancelled), [.. Enumerable.Repeat("ZRANGEBYLEX", 16)], three);
        await _proxy.StepAsync(() => chat.Rooms.ListAsync(RoomOrder.Activity, cancellationToken: Cancelled), [.. Enumerable.Repeat("ZRANGEBYSCORE", 16)], three);
    }

    [Fact]
    public async Task After_the_servers_clock_was_ahead_an_edit_of_a_sealed_message_takes_at_most_one_more_script()
    {
        var ahead = DateTimeOffset.UtcNow.AddHours(5).ToUnixTimeMilliseconds() * 1000;
        await FillAsync(await NewChatAsync(sealAfter: null), 300);
        var redis = server.Connection.GetDatabase();
        string room = $"{_prefix}:{{lobby}}", bucket = $"{room}:m:0";
        await redis.HashSetAsync(bucket, [new(5, Sent(ahead + 1)), new(6, Sent(ahead + 1_000_000_000))]);
        await FillAsync(await NewChatAsync(sealAfter: 1), 1);
        _stores[^1].Seal("lobby");
        await _stores[^1].SealedAsync();
        (await redis.KeyExistsAsync(bucket)).Should().BeFalse();

        // First only the messages are ahead of the clock; then the revisions are, too; then a fail-over loses history that the client knows.
        var chat = await NewChatAsync(sealAfter: 1);
        await _proxy.StepAsync(() => chat.EditAsync("lobby", 5, "alice", "1", Cancelled), Sealed, Script);
        await _proxy.StepAsync(() => chat.EditAsync("lobby", 6, "alice", "2", Cancelled), Sealed, Script);
        await redis.HashSetAsync(room, "rev", ahead);
        await _proxy.StepAsync(() => chat.EditAsync("lobby", 5, "alice", "3", Cancelled), Sealed, Script, Script);
        var fourth = await _proxy.StepAsync(() => chat.EditAsync("lobby", 5, "alice", "4", Cancelled), Sealed, Script);
        var fresh = await NewChatAsync(sealAfter: 1);
        var fifth = await _proxy.StepAsync(() => fresh.EditAsync("lobby", 6, "alice", "5", Cancelled), Sealed, Script, Script);
        await redis.HashSetAsync(room, "rev", 1000);
        var sixth = await _proxy.StepAsync(() => fresh.EditAsync("lobby", 6, "alice", "6", Cancelled), Sealed, Script, Script);

        fourth!.EditedAt.Should().BeAfter(DateTimeOffset.UtcNow.AddHours(4));
        fifth!.EditedAt.Should().BeAfter(fourth.EditedAt!.Value).And.BeBefore(DateTimeOffset.UtcNow.AddHours(6));
        sixth!.EditedAt.Should().BeCloseTo(DateTimeOffset.UtcNow, TimeSpan.FromMinutes(1));
        (await fresh.GetAsync("lobby", 6, Cancelled)).Should().Be(sixth);

        static RedisValue Sent(long time) => $$"""{"t":{{time}},"u":"alice","c":"hello"}""";
    }

    [Fact]
    public async Task A_client_whose_clock_is_wrong_edits_a_sealed_message_with_one_more_script()
    {
        await FillAsync(await NewChatAsync(sealAfter: 1), 300);
        var chat = await NewChatAsync(new WrongClock(), sealAfter: 1);

        var edited = await _proxy.StepAsync(() => chat.EditAsync("lobby", 5, "alice", "1", Cancelled), Sealed, Script, Script);

        edited!.EditedAt.Should().BeCloseTo(DateTimeOffset.UtcNow, TimeSpan.FromMinutes(1));
    }

    private async Task FillAsync(Chat chat, int count)
    {
        for (var sent = 0; sent < count; sent += 50)
        {
            await chat.SendManyAsync("lobby", [.. Enumerable.Repeat(new NewMessage("alice", "hello"), Math.Min(50, count - sent))], Cancelled);
        }

        // Background sealing would be counted.
        await Task.WhenAll(_stores.Select(store => store.SealedAsync()));
    }

    /// <summary>A chat that knows no room yet. The first use of a connection also checks whether the server is fit to keep messages.</summary>
    private async Task<Chat> NewChatAsync(TimeProvider? clock = null, int? sealAfter = 2)
    {
        _stores.Add(new RedisMessageStore(
            RedisChat.Redis.RedisConnection.Shared(_connection), new RedisStoreOptions { KeyPrefix = _prefix, SealAfter = sealAfter, LiveProbeInterval = TimeSpan.FromMinutes(1) }, null, clock));
        var chat = new Chat(
            _stores[^1],
            new ChatOptions { OperationTimeout = TimeSpan.FromMinutes(1) });
        await chat.GetAsync("another room", 1, Cancelled);
        return chat;
    }

    private sealed class WrongClock : TimeProvider
    {
        public override DateTimeOffset GetUtcNow() => base.GetUtcNow().AddHours(-7);
    }
}
