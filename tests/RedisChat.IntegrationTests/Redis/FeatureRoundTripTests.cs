namespace RedisChat.IntegrationTests.Redis;

/// <summary>How many commands the features around messages take, and what they add to those of messages.</summary>
public sealed class FeatureRoundTripTests(TestServer server) : RoundTripTestBase(server)
{
    [Fact]
    public async Task Marking_as_read_is_one_command()
    {
        var chat = await NewChatAsync();
        await FillAsync(chat, 3);
        await chat.Room("lobby").ReadMarkers.MarkReadAsync("carol", 1, Cancelled);

        await Proxy.StepAsync(() => chat.Room("lobby").ReadMarkers.MarkReadAsync("carol", 3, Cancelled), Script);
    }

    [Fact]
    public async Task Unread_messages_are_one_command_when_the_last_id_is_known_and_two_when_not()
    {
        await FillAsync(await NewChatAsync(), 300);
        var chat = await NewChatAsync();
        await chat.Room("warm up").ReadMarkers.GetUnreadAsync("carol", Cancelled);

        var first = await Proxy.StepAsync(() => chat.Room("lobby").ReadMarkers.GetUnreadAsync("carol", Cancelled), Script, Script);
        var second = await Proxy.StepAsync(() => chat.Room("lobby").ReadMarkers.GetUnreadAsync("carol", Cancelled), Script);

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

        await Proxy.StepAsync(() => markers.ReadUserRoomsAsync("carol", rooms, Cancelled).AsTask(), [[.. rooms.Select(_ => "EVALSHA")]]);
    }

    [Fact]
    public async Task A_reaction_to_an_open_message_is_one_command_and_to_a_sealed_one_reads_it_first()
    {
        var chat = await NewChatAsync(sealAfter: 1);
        await FillAsync(chat, 300);
        var reactions = chat.Room("lobby").Reactions;

        await Proxy.StepAsync(() => reactions.AddAsync(300, "alice", "👍", Cancelled), Script);
        await Proxy.StepAsync(() => reactions.AddAsync(300, "bob", "👍", Cancelled), Script);
        await Proxy.StepAsync(() => reactions.RemoveAsync(300, "bob", "👍", Cancelled), ["HGET"], Script);
        await Proxy.StepAsync(() => reactions.AddAsync(1, "alice", "👍", Cancelled), ["HGET", "HGET"], Script);
    }

    [Fact]
    public async Task A_pin_is_one_command_and_so_is_its_removal()
    {
        var chat = await NewChatAsync();
        await chat.SendAsync("lobby", "alice", "one", Cancelled);
        var pins = chat.Room("lobby").Pins;

        await Proxy.StepAsync(() => pins.PinAsync(1, Actor.Application, Cancelled), Script);
        await Proxy.StepAsync(() => pins.PinAsync(1, Actor.Application, Cancelled), Script);
        await Proxy.StepAsync(() => pins.ListAsync(Cancelled), ["HGETALL"], ["HMGET"]);
        await Proxy.StepAsync(UnpinAsync, Script);
        await Proxy.StepAsync(UnpinAsync, Script);
        await Proxy.StepAsync(() => pins.ListAsync(Cancelled), ["HGETALL"]);

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
        await Proxy.StepAsync(() => chat.ReceiveAsync("lobby", new MessageQuery { Reader = "alice" }, Cancelled), without);

        await chat.Room("lobby").Reactions.AddAsync(99, "alice", "👍", Cancelled);
        await chat.ReceiveAsync("lobby", cancellationToken: Cancelled);

        var page = await Proxy.StepAsync(() => chat.ReceiveAsync("lobby", new MessageQuery { Reader = "alice" }, Cancelled), with);
        page.Reactions[99].Should().Equal(new Reaction("👍", 1, Own: 1));
        await Proxy.StepAsync(() => chat.ReceiveAsync("lobby", new MessageQuery { Before = 90, Limit = 20 }, Cancelled), with);
    }

    [Fact]
    public async Task Deleting_a_message_with_reactions_takes_no_extra_command()
    {
        var chat = await NewChatAsync();
        await FillAsync(chat, 2);
        await chat.Room("lobby").Reactions.AddAsync(1, "alice", "👍", Cancelled);

        await Proxy.StepAsync(() => chat.DeleteAsync("lobby", 1, "alice", cancellationToken: Cancelled), ["HGET"], Script);
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
        await Proxy.StepAsync(() => chat.Rooms.GetInfoAsync(["one", "never", "two"], Cancelled), three);
        await Proxy.StepAsync(() => chat.Rooms.ListAsync(cancellationToken: Cancelled), [.. Enumerable.Repeat("ZRANGEBYLEX", 16)], three);
        await Proxy.StepAsync(() => chat.Rooms.ListAsync(RoomOrder.Activity, cancellationToken: Cancelled), [.. Enumerable.Repeat("ZRANGEBYSCORE", 16)], three);
    }
}
