namespace RedisChat.Tests.WatchMany;

/// <summary>Many rooms in one stream: whose turn it is, and what becomes of rooms that are added and removed.</summary>
public sealed class WatchedRoomsTests : WatchedRoomsTestBase
{
    [Fact]
    public async Task A_flooded_room_delays_another_one_by_no_more_than_one_event_of_each_room()
    {
        await using var watched = Watch("flood", "b", "c", "d");
        await using var events = watched.GetAsyncEnumerator(Cancelled);
        Store["flood"].Publish(1000);
        for (var i = 1; i <= 5; i++)
        {
            (await NextAsync(events)).Should().Be(("flood", i));
        }

        // The consumer has event 5 and works on it, so 6 has not been requested.
        Store["b"].Publish(2);
        Store["c"].Publish(1);

        (await NextAsync(events)).Should().Be(("b", 1));
        (await NextAsync(events)).Should().Be(("c", 1));
        Store["d"].Publish(1);
        (await NextAsync(events)).Should().Be(("flood", 6));
        (await NextAsync(events)).Should().Be(("b", 2));
        (await NextAsync(events)).Should().Be(("d", 1));
        (await NextAsync(events)).Should().Be(("flood", 7));
    }

    [Fact]
    public async Task Rooms_that_are_all_flooded_take_turns()
    {
        const int Rooms = 50;
        await using var watched = Watch([.. Enumerable.Range(0, Rooms).Select(n => $"room {n}")]);
        for (var room = 0; room < Rooms; room++)
        {
            Store[$"room {room}"].Publish(20);
        }

        await using var events = watched.GetAsyncEnumerator(Cancelled);
        for (var round = 1; round <= 20; round++)
        {
            var rooms = new HashSet<string>();
            for (var i = 0; i < Rooms; i++)
            {
                var (room, id) = await NextAsync(events);
                rooms.Add(room);
                id.Should().Be(round);
            }

            rooms.Should().HaveCount(Rooms);
        }
    }

    [Fact]
    public async Task A_room_is_not_asked_for_more_than_one_event_that_the_consumer_has_not_taken()
    {
        await using var watched = Watch("a", "b");
        await using var events = watched.GetAsyncEnumerator(Cancelled);
        Store["a"].Publish(100);
        Store["b"].Publish(100);

        await NextAsync(events);

        (Store["a"].Taken, Store["b"].Taken).Should().Be((1, 1));
        await NextAsync(events);
        (Store["a"].Taken + Store["b"].Taken).Should().Be(3);
    }

    [Fact]
    public async Task Nothing_is_watched_before_the_enumeration()
    {
        var watched = Watch("a");
        Store["a"].Watched.Should().Be(0);
        await watched.DisposeAsync();
        Store["a"].Watched.Should().Be(0);
        (await watched.GetAsyncEnumerator(Cancelled).MoveNextAsync()).Should().BeFalse();
    }

    [Fact]
    public void A_stream_is_enumerated_once()
    {
        var watched = Watch("a");
        watched.GetAsyncEnumerator(Cancelled);
        Assert.Throws<InvalidOperationException>(() => watched.GetAsyncEnumerator(Cancelled));
    }

    [Fact]
    public async Task A_removed_room_delivers_nothing_more_not_even_an_event_that_is_ready()
    {
        await using var watched = Watch("a", "b", "c");
        await using var events = watched.GetAsyncEnumerator(Cancelled);
        Store["a"].Publish(2);
        Store["b"].Publish(2);
        Store["c"].Publish(2);
        (await NextAsync(events)).Should().Be(("a", 1));

        watched.Remove("b").Should().BeTrue();
        watched.Remove("a").Should().BeTrue();

        events.Current.Should().Be(new WatchedRoomEvent("a", events.Current.Event), "the consumer keeps the event that it has");
        (Store["a"].Watched, Store["b"].Watched).Should().Be((0, 0));
        (await NextAsync(events)).Should().Be(("c", 1));
        (await NextAsync(events)).Should().Be(("c", 2));
        var next = events.MoveNextAsync();
        next.IsCompleted.Should().BeFalse();
    }

    [Fact]
    public async Task A_room_can_be_removed_while_its_next_event_is_awaited_or_being_requested()
    {
        await using var watched = Watch("awaited", "requested", "other");
        await using var events = watched.GetAsyncEnumerator(Cancelled);
        Store["requested"].OnRequest = () => watched.Remove("requested").Should().BeTrue();
        var next = events.MoveNextAsync();

        watched.Remove("awaited").Should().BeTrue();

        (Store["awaited"].Watched, Store["requested"].Watched).Should().Be((0, 0));
        next.IsCompleted.Should().BeFalse();
        Store["other"].Publish(1);
        (await next).Should().BeTrue();
    }

    [Fact]
    public async Task A_room_that_is_removed_while_it_is_asked_ends_even_if_it_has_an_event()
    {
        await using var watched = Watch("a", "b");
        await using var events = watched.GetAsyncEnumerator(Cancelled);
        Store["a"].Publish(1);
        Store["a"].OnRequest = () => watched.Remove("a");
        Store["b"].Publish(1);

        (await NextAsync(events)).Should().Be(("b", 1));

        Store["a"].Watched.Should().Be(0);
    }

    [Fact]
    public async Task Adding_a_room_that_has_an_event_ready_does_not_run_the_code_of_the_consumer()
    {
        await using var watched = Watch();
        await using var events = watched.GetAsyncEnumerator(Cancelled);
        using var added = new ManualResetEventSlim();
        Store["ready"].Publish(1);
        var consuming = ConsumeAsync(events.MoveNextAsync());

        watched.Add("ready");

        added.Set();
        (await consuming).Should().BeTrue("the call returned while the consumer's code was running, or before");
        events.Current.Room.Should().Be("ready");

        async Task<bool> ConsumeAsync(ValueTask<bool> next) => await next && added.Wait(TimeSpan.FromSeconds(60), Cancelled);
    }

    [Fact]
    public async Task A_heartbeat_concerns_the_whole_stream_and_comes_once_an_interval()
    {
        var interval = TimeSpan.FromSeconds(15);
        await using var watched = Chat().WatchManyAsync([new("a", null), new("b", null)], new WatchManyOptions { Heartbeat = interval }, Cancelled);
        await using var events = watched.GetAsyncEnumerator(Cancelled);

        for (var beat = 0; beat < 3; beat++)
        {
            var next = events.MoveNextAsync();
            Time.Advance(interval - TimeSpan.FromTicks(1));
            next.IsCompleted.Should().BeFalse();
            Time.Advance(TimeSpan.FromTicks(1));
            (await next).Should().BeTrue();
            events.Current.Should().Be(new WatchedRoomEvent("", new RoomEvent.Heartbeat(RoomPosition.Start)));
        }
    }

    [Fact]
    public async Task An_event_of_any_room_puts_the_heartbeat_off()
    {
        await using var watched = Chat().WatchManyAsync([new("a", null)], new WatchManyOptions { Heartbeat = TimeSpan.FromSeconds(15) }, Cancelled);
        await using var events = watched.GetAsyncEnumerator(Cancelled);
        var next = events.MoveNextAsync().AsTask();
        Time.Advance(TimeSpan.FromSeconds(10));
        Store["a"].Publish(1);
        (await next).Should().BeTrue();

        // A consumer that is busy for longer than the interval is not waiting.
        Time.Advance(TimeSpan.FromSeconds(60));
        next = events.MoveNextAsync().AsTask();
        Time.Advance(TimeSpan.FromSeconds(14));
        next.IsCompleted.Should().BeFalse();
        Time.Advance(TimeSpan.FromSeconds(1));
        (await next).Should().BeTrue();
        events.Current.Event.Should().BeOfType<RoomEvent.Heartbeat>();
    }

    [Fact]
    public void Bad_input_is_refused_at_once()
    {
        Refused(() => Chat().WatchManyAsync(null!), "rooms");
        Refused(() => Watch(""), "room");
        Refused(() => Watch("a", "a"), "room");
        Refused(() => Chat().WatchManyAsync([new("a", new RoomPosition(1, -1, 0, 0))]), "after");
        Refused(() => Chat().WatchManyAsync([], new WatchManyOptions { MaxCatchUp = -1 }), "options.MaxCatchUp");
        Refused(() => Chat().WatchManyAsync([], new WatchManyOptions { Heartbeat = TimeSpan.Zero }), "options.Heartbeat");
        Refused(() => Watch("a").Add("a"), "room");
        Refused(() => Watch("a").Add("\n"), "room");
        Refused(() => Watch("a").Remove(null!), "room");

        static void Refused(Action call, string parameter) => Assert.Throws<ChatInputException>(call).ParamName.Should().Be(parameter);
    }

    [Fact]
    public async Task Options_apply_to_each_room()
    {
        var position = new RoomPosition(1, 2, 3, 4);
        await using var watched = Chat().WatchManyAsync(
            [new("a", position), new("b", null)], new WatchManyOptions { MaxCatchUp = 7, Heartbeat = TimeSpan.FromSeconds(1) }, Cancelled);
        watched.Add("c", position);

        Store["a"].Options.Should().Be(new WatchOptions { After = position, MaxCatchUp = 7 });
        Store["b"].Options.Should().Be(new WatchOptions { MaxCatchUp = 7 });
        Store["c"].Options.Should().Be(new WatchOptions { After = position, MaxCatchUp = 7 });
    }

    [Fact]
    public async Task Rooms_that_come_and_go_from_many_threads_leave_the_stream_in_order()
    {
        const int Threads = 4;
        const int Rounds = 300;
        var chat = new Chat(new InMemoryMessageStore());
        await using var watched = chat.WatchManyAsync([], cancellationToken: Cancelled);
        var last = new System.Collections.Concurrent.ConcurrentDictionary<string, TaskCompletionSource>();
        var reading = Task.Run(async () =>
        {
            await foreach (var (room, happened) in watched)
            {
                if (happened is RoomEvent.Created { Message.Text: "last" })
                {
                    last[room].TrySetResult();
                }
            }
        });

        await Task.WhenAll(Enumerable.Range(0, Threads).Select(thread => Task.Run(async () =>
        {
            for (var round = 0; round < Rounds; round++)
            {
                var room = $"{thread} {round % 3}";
                watched.Add(room, RoomPosition.Start);
                await chat.SendAsync(room, "alice", "hello", Cancelled);
                watched.Remove(room).Should().BeTrue();
            }

            var kept = $"{thread}";
            last[kept] = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
            watched.Add(kept);
            watched.Remove(kept).Should().BeTrue();
            watched.Add(kept, RoomPosition.Start);
            await chat.SendAsync(kept, "alice", "last", Cancelled);
        })));

        await Task.WhenAll(last.Values.Select(seen => seen.Task)).WaitAsync(TimeSpan.FromSeconds(60), Cancelled);
        last.Should().HaveCount(Threads);
        await watched.DisposeAsync();
        await reading;
    }

    [Fact]
    public async Task Delivering_an_event_allocates_nothing()
    {
        const int Events = 10_000;
        await using var watched = Watch("a", "b", "c");
        foreach (var room in new[] { "a", "b", "c" })
        {
            Store[room].Publish(Events);
        }

        await using var events = watched.GetAsyncEnumerator(Cancelled);
        for (var i = 0; i < Events; i++)
        {
            Move();
        }

        var before = GC.GetAllocatedBytesForCurrentThread();
        for (var i = 0; i < Events; i++)
        {
            Move();
        }

        (GC.GetAllocatedBytesForCurrentThread() - before).Should().BeLessThan(Events, "less than a byte an event");

        void Move()
        {
            var next = events.MoveNextAsync();
            if (!next.IsCompletedSuccessfully || !next.Result || events.Current.Event is null)
            {
                throw new InvalidOperationException("The event is not ready.");
            }
        }
    }
}
