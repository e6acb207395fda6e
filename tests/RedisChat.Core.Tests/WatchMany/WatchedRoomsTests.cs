using Microsoft.Extensions.Time.Testing;

namespace RedisChat.Tests.WatchMany;

/// <summary>Many rooms in one stream: whose turn it is, what happens when a room fails, and how it ends. The rooms deliver when the test says so.</summary>
public sealed class WatchedRoomsTests
{
    private readonly ScriptedStore _store = new();
    private readonly FakeTimeProvider _time = new();
    private readonly RecordedLog _log = new();

    private static CancellationToken Cancelled => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_flooded_room_delays_another_one_by_no_more_than_one_event_of_each_room()
    {
        await using var watched = Watch("flood", "b", "c", "d");
        await using var events = watched.GetAsyncEnumerator(Cancelled);
        _store["flood"].Publish(1000);
        for (var i = 1; i <= 5; i++)
        {
            (await NextAsync(events)).Should().Be(("flood", i));
        }

        // The consumer has event 5 and works on it, so 6 has not been requested.
        _store["b"].Publish(2);
        _store["c"].Publish(1);

        (await NextAsync(events)).Should().Be(("b", 1));
        (await NextAsync(events)).Should().Be(("c", 1));
        _store["d"].Publish(1);
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
            _store[$"room {room}"].Publish(20);
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
        _store["a"].Publish(100);
        _store["b"].Publish(100);

        await NextAsync(events);

        (_store["a"].Taken, _store["b"].Taken).Should().Be((1, 1));
        await NextAsync(events);
        (_store["a"].Taken + _store["b"].Taken).Should().Be(3);
    }

    [Fact]
    public async Task Nothing_is_watched_before_the_enumeration()
    {
        var watched = Watch("a");
        _store["a"].Watched.Should().Be(0);
        await watched.DisposeAsync();
        _store["a"].Watched.Should().Be(0);
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
    public async Task A_room_that_fails_leaves_with_its_error_and_position_and_the_others_continue()
    {
        await using var watched = Watch("bad", "good");
        await using var events = watched.GetAsyncEnumerator(Cancelled);
        _store["bad"].Publish(3);
        await NextAsync(events);
        await NextAsync(events);
        await NextAsync(events);
        var error = new ChatException("The server does not allow it.");
        _store["bad"].Fail(error);
        _store["good"].Publish(1);

        (await NextAsync(events)).Should().Be(("good", 1));
        await events.MoveNextAsync();

        var failed = events.Current.Event.Should().BeOfType<RoomEvent.Failed>().Subject;
        (events.Current.Room, failed.Position.MessageId, failed.Error).Should().Be(("bad", 3, error));
        (error.Room, error.Operation).Should().Be(("bad", ChatOperations.Watch));
        _store["bad"].Watched.Should().Be(0);
        watched.Remove("bad").Should().BeFalse();
        _store["good"].Publish(1);
        (await NextAsync(events)).Should().Be(("good", 2));

        watched.Add("bad", failed.Position);
        _store["bad"].Options!.After.Should().Be(failed.Position);
        _store["bad"].Publish(1);
        (await NextAsync(events)).Should().Be(("bad", 4));
    }

    [Fact]
    public async Task A_room_that_fails_while_the_consumer_waits_is_reported_at_once()
    {
        await using var watched = Watch("bad", "good");
        await using var events = watched.GetAsyncEnumerator(Cancelled);
        var next = events.MoveNextAsync();

        _store["bad"].Fail(new InvalidOperationException("A bug of the store."));

        (await next).Should().BeTrue();
        events.Current.Event.Should().BeOfType<RoomEvent.Failed>().Which.Error.Should().BeOfType<InvalidOperationException>();
    }

    [Fact]
    public async Task A_room_whose_watch_cannot_begin_or_ends_without_an_error_fails_too()
    {
        await using var watched = Watch("no start", "quiet end");
        _store["no start"].StartError = new ChatException("no start");
        _store["quiet end"].End();
        await using var events = watched.GetAsyncEnumerator(Cancelled);

        await events.MoveNextAsync();
        events.Current.Event.Should().BeOfType<RoomEvent.Failed>().Which.Error!.Message.Should().Be("no start");
        await events.MoveNextAsync();
        events.Current.Event.Should().BeOfType<RoomEvent.Failed>().Which.Error.Should().BeOfType<ChatException>().Which.Room.Should().Be("quiet end");
        _store["quiet end"].Watched.Should().Be(0);
    }

    [Fact]
    public async Task A_failed_room_that_is_removed_before_its_turn_is_not_reported()
    {
        await using var watched = Watch("a", "bad");
        await using var events = watched.GetAsyncEnumerator(Cancelled);
        _store["a"].Publish(2);
        _store["bad"].Fail(new ChatException("bad"));
        await NextAsync(events);

        watched.Remove("bad").Should().BeTrue();

        (await NextAsync(events)).Should().Be(("a", 2));
        var next = events.MoveNextAsync();
        next.IsCompleted.Should().BeFalse();
    }

    [Fact]
    public async Task The_disposal_of_the_store_ends_the_stream()
    {
        var watched = Watch("a", "b");
        await using var events = watched.GetAsyncEnumerator(Cancelled);
        var next = events.MoveNextAsync();

        _store["b"].Fail(new ObjectDisposedException("store"));

        await Assert.ThrowsAsync<ObjectDisposedException>(async () => await next);
        (await events.MoveNextAsync()).Should().BeFalse();
        Assert.Throws<ObjectDisposedException>(() => watched.Add("c"));
        (_store["a"].Watched, _store["b"].Watched).Should().Be((0, 0));
    }

    [Fact]
    public async Task A_removed_room_delivers_nothing_more_not_even_an_event_that_is_ready()
    {
        await using var watched = Watch("a", "b", "c");
        await using var events = watched.GetAsyncEnumerator(Cancelled);
        _store["a"].Publish(2);
        _store["b"].Publish(2);
        _store["c"].Publish(2);
        (await NextAsync(events)).Should().Be(("a", 1));

        watched.Remove("b").Should().BeTrue();
        watched.Remove("a").Should().BeTrue();

        events.Current.Should().Be(new WatchedRoomEvent("a", events.Current.Event), "the consumer keeps the event that it has");
        (_store["a"].Watched, _store["b"].Watched).Should().Be((0, 0));
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
        _store["requested"].OnRequest = () => watched.Remove("requested").Should().BeTrue();
        var next = events.MoveNextAsync();

        watched.Remove("awaited").Should().BeTrue();

        (_store["awaited"].Watched, _store["requested"].Watched).Should().Be((0, 0));
        next.IsCompleted.Should().BeFalse();
        _store["other"].Publish(1);
        (await next).Should().BeTrue();
    }

    [Fact]
    public async Task A_room_that_is_removed_while_it_is_asked_ends_even_if_it_has_an_event()
    {
        await using var watched = Watch("a", "b");
        await using var events = watched.GetAsyncEnumerator(Cancelled);
        _store["a"].Publish(1);
        _store["a"].OnRequest = () => watched.Remove("a");
        _store["b"].Publish(1);

        (await NextAsync(events)).Should().Be(("b", 1));

        _store["a"].Watched.Should().Be(0);
    }

    [Fact]
    public async Task Adding_a_room_that_has_an_event_ready_does_not_run_the_code_of_the_consumer()
    {
        await using var watched = Watch();
        await using var events = watched.GetAsyncEnumerator(Cancelled);
        using var added = new ManualResetEventSlim();
        _store["ready"].Publish(1);
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
            _time.Advance(interval - TimeSpan.FromTicks(1));
            next.IsCompleted.Should().BeFalse();
            _time.Advance(TimeSpan.FromTicks(1));
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
        _time.Advance(TimeSpan.FromSeconds(10));
        _store["a"].Publish(1);
        (await next).Should().BeTrue();

        // A consumer that is busy for longer than the interval is not waiting.
        _time.Advance(TimeSpan.FromSeconds(60));
        next = events.MoveNextAsync().AsTask();
        _time.Advance(TimeSpan.FromSeconds(14));
        next.IsCompleted.Should().BeFalse();
        _time.Advance(TimeSpan.FromSeconds(1));
        (await next).Should().BeTrue();
        events.Current.Event.Should().BeOfType<RoomEvent.Heartbeat>();
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Each_of_two_tokens_ends_the_stream_before_any_further_event(bool ofStream)
    {
        using var one = new CancellationTokenSource();
        using var other = new CancellationTokenSource();
        var canceled = ofStream ? one : other;
        var watched = Chat().WatchManyAsync([new("a", null)], cancellationToken: one.Token);
        await using var events = watched.GetAsyncEnumerator(other.Token);
        _store["a"].Publish(2);
        await NextAsync(events);

        await canceled.CancelAsync();

        var error = await Assert.ThrowsAsync<OperationCanceledException>(async () => await events.MoveNextAsync());
        error.CancellationToken.Should().Be(canceled.Token);
        _store["a"].Watched.Should().Be(0);
        (await events.MoveNextAsync()).Should().BeFalse();
    }

    [Fact]
    public async Task Cancellation_ends_a_wait_and_does_not_run_the_code_of_the_consumer()
    {
        using var end = new CancellationTokenSource();
        await using var watched = Chat().WatchManyAsync([new("a", null)], cancellationToken: end.Token);
        await using var events = watched.GetAsyncEnumerator(Cancelled);
        using var canceled = new ManualResetEventSlim();
        var consuming = ConsumeAsync(events.MoveNextAsync());

        end.Cancel();

        canceled.Set();
        (await consuming).Should().Be(end.Token);

        async Task<CancellationToken?> ConsumeAsync(ValueTask<bool> next)
        {
            try
            {
                await next;
                return null;
            }
            catch (OperationCanceledException e)
            {
                return canceled.Wait(TimeSpan.FromSeconds(60), Cancelled) ? e.CancellationToken : null;
            }
        }
    }

    [Fact]
    public async Task A_stream_whose_token_is_canceled_before_delivers_nothing()
    {
        var canceled = new CancellationToken(canceled: true);
        await using var watched = Chat().WatchManyAsync([new("a", null)], cancellationToken: canceled);
        await using var events = watched.GetAsyncEnumerator(Cancelled);
        await Assert.ThrowsAsync<OperationCanceledException>(async () => await events.MoveNextAsync());
        _store["a"].Watched.Should().Be(0);
    }

    [Fact]
    public async Task Disposing_ends_the_wait_without_an_event_and_all_watches()
    {
        var watched = Watch("a", "b", "c");
        await using var events = watched.GetAsyncEnumerator(Cancelled);
        _store["a"].Publish(1);
        await NextAsync(events);
        var next = events.MoveNextAsync();

        await watched.DisposeAsync();

        (await next).Should().BeFalse();
        (await events.MoveNextAsync()).Should().BeFalse();
        new[] { "a", "b", "c" }.Sum(room => _store[room].Watched).Should().Be(0);
        await watched.DisposeAsync();
        watched.Remove("a").Should().BeFalse();
        Assert.Throws<ObjectDisposedException>(() => watched.Add("d"));
    }

    [Fact]
    public async Task Leaving_the_loop_ends_all_watches()
    {
        var watched = Watch("a", "b");
        _store["a"].Publish(1);
        await foreach (var happened in watched.WithCancellation(Cancelled))
        {
            happened.Room.Should().Be("a");
            break;
        }

        (_store["a"].Watched, _store["b"].Watched).Should().Be((0, 0));
    }

    [Fact]
    public async Task A_watch_that_fails_to_end_is_logged_and_disturbs_nothing()
    {
        await using var watched = Watch("a", "b");
        await using var events = watched.GetAsyncEnumerator(Cancelled);
        _store["a"].DisposalError = new InvalidOperationException("A bug of the store.");
        _store["b"].Publish(1);
        await NextAsync(events);

        watched.Remove("a");

        _store["b"].Publish(1);
        (await NextAsync(events)).Should().Be(("b", 2));
        _log.Entries.Should().ContainSingle().Which.Event.Should().Be("EndingWatchFailed");
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

        _store["a"].Options.Should().Be(new WatchOptions { After = position, MaxCatchUp = 7 });
        _store["b"].Options.Should().Be(new WatchOptions { MaxCatchUp = 7 });
        _store["c"].Options.Should().Be(new WatchOptions { After = position, MaxCatchUp = 7 });
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
            _store[room].Publish(Events);
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

    private static async Task<(string Room, long Id)> NextAsync(IAsyncEnumerator<WatchedRoomEvent> events)
    {
        (await events.MoveNextAsync().AsTask().WaitAsync(TimeSpan.FromSeconds(60), Cancelled)).Should().BeTrue();
        return (events.Current.Room, events.Current.Event.Position.MessageId);
    }

    private Chat Chat() => new(_store, time: _time, logger: _log);

    private WatchedRooms Watch(params string[] rooms) =>
        Chat().WatchManyAsync(rooms.Select(room => KeyValuePair.Create<string, RoomPosition?>(room, null)), cancellationToken: Cancelled);
}
