namespace RedisChat.Conformance;

/// <summary>Watching many rooms as one stream: each room as if it were watched alone, and none at the expense of another.</summary>
/// <param name="stores">Opens the store under test.</param>
public abstract class WatchManyTests(StoreFactory stores) : StoreTests(stores)
{
    private readonly string _other = NewRoom();

    private Chat Chat => new(Store);

    [Fact]
    public virtual async Task Each_event_comes_with_its_room_in_the_order_of_that_room()
    {
        await AppendAsync("alice", "before");
        await using var stream = new StreamReader(Watch(Room, _other));
        await stream.UntilAsync(CaughtUp(Room, _other));

        await AppendAsync("alice", "one");
        await stream.UntilAsync(read => read.CountOf(Room) == 1);
        await AppendAsync("bob", "uno", room: _other);
        await EditAsync(2, "ONE");
        await stream.UntilAsync(read => read.Of(Room).Count == 3);
        await AppendAsync("bob", "due", room: _other);
        await DeleteAsync(1);
        await stream.UntilAsync(read => read.Events.Count == 7);

        stream.Of(Room).Skip(1).Select(happened => happened.GetType())
            .Should().Equal(typeof(RoomEvent.Created), typeof(RoomEvent.Edited), typeof(RoomEvent.Deleted));
        stream.Texts(_other).Should().Equal("uno", "due");
        stream.Of(Room)[^1].Position.Should().Be((await ReadAsync()).Position);
        stream.Of(_other)[^1].Position.Should().Be((await ReadAsync(room: _other)).Position);
    }

    [Fact]
    public virtual async Task A_room_with_a_position_first_delivers_what_changed_since()
    {
        await AppendManyAsync(3);
        await AppendManyAsync(3, _other);
        var position = (await ReadAsync()).Position;
        await EditAsync(2, "edited");
        await AppendAsync("alice", "missed");
        await AppendAsync("alice", "missed", room: _other);

        await using var stream = new StreamReader(Chat.WatchManyAsync([new(Room, position), new(_other, null)]));
        await stream.UntilAsync(CaughtUp(Room, _other));

        stream.Of(Room).Select(happened => happened.GetType())
            .Should().Equal(typeof(RoomEvent.Edited), typeof(RoomEvent.Created), typeof(RoomEvent.CaughtUp));
        stream.Of(_other).Should().ContainSingle().Which.Should().BeOfType<RoomEvent.CaughtUp>();
    }

    [Fact]
    public virtual async Task Rooms_are_added_and_removed_while_the_stream_is_read()
    {
        await using var stream = new StreamReader(Watch());
        stream.Rooms.Add(Room);
        await stream.UntilAsync(CaughtUp(Room));
        await AppendAsync("alice", "one");
        await stream.UntilAsync(read => read.CountOf(Room) == 1);

        stream.Rooms.Add(_other, RoomPosition.Start);
        await stream.UntilAsync(CaughtUp(_other));
        stream.Rooms.Remove(Room).Should().BeTrue();
        stream.Rooms.Remove(Room).Should().BeFalse();
        await AppendAsync("alice", "two");
        await AppendAsync("alice", "uno", room: _other);
        await stream.UntilAsync(read => read.CountOf(_other) == 1);

        // An event that was delivered in spite of the removal would come before what follows.
        await AppendAsync("alice", "due", room: _other);
        await stream.UntilAsync(read => read.CountOf(_other) == 2);
        stream.Texts(Room).Should().Equal("one");
    }

    [Fact]
    public virtual async Task A_room_that_is_removed_and_added_at_its_position_misses_nothing_and_repeats_nothing()
    {
        const int Messages = 200;
        var watched = Watch(_other);
        watched.Add(Room, RoomPosition.Start);
        await using var stream = new StreamReader(watched, happened =>
        {
            // The consumer has this event; the stream may have the next one ready.
            if (happened is { Event: RoomEvent.Created { Message.Id: var id, Position: var position } } && id % 10 == 0)
            {
                watched.Remove(Room).Should().BeTrue();
                watched.Add(Room, position);
            }
        });

        for (var i = 1; i <= Messages; i++)
        {
            await AppendAsync("alice", $"{i}");
        }

        await stream.UntilAsync(read => read.CountOf(Room) >= Messages);
        stream.Texts(Room).Should().Equal(Enumerable.Range(1, Messages).Select(i => $"{i}"));
    }

    [Fact]
    public virtual async Task A_room_that_is_flooded_does_not_starve_another_one()
    {
        await using var stream = new StreamReader(Watch(Room, _other));
        await stream.UntilAsync(CaughtUp(Room, _other));
        var isDone = false;
        var flooding = Task.Run(async () =>
        {
            for (var sent = ChatLimits.MaxBatchSize; !Volatile.Read(ref isDone); sent += ChatLimits.MaxBatchSize)
            {
                // The consumer is always about a thousand events behind, so that the room always has another one to deliver.
                await AppendManyAsync(ChatLimits.MaxBatchSize);
                await stream.UntilAsync(read => read.CountOf(Room) > sent - 1000);
            }
        });

        try
        {
            for (var i = 0; i < 10; i++)
            {
                var flooded = stream.CountOf(Room);
                await stream.UntilAsync(read => read.CountOf(Room) > flooded);
                await AppendAsync("bob", $"{i}", room: _other);
                await stream.UntilAsync(read => read.CountOf(_other) == i + 1);
            }
        }
        finally
        {
            Volatile.Write(ref isDone, true);
            await flooding;
        }

        stream.Texts(_other).Should().Equal(Enumerable.Range(0, 10).Select(i => $"{i}"));
    }

    [Fact]
    public virtual async Task Many_rooms_with_many_senders_deliver_all_of_their_own_events_once()
    {
        const int Messages = 20;
        var rooms = Enumerable.Range(0, 50).Select(_ => NewRoom()).ToArray();
        await using var stream = new StreamReader(Watch(rooms));
        await stream.UntilAsync(CaughtUp(rooms));

        await Task.WhenAll(rooms.Select(room => Task.Run(async () =>
        {
            for (var i = 1; i <= Messages; i++)
            {
                await AppendAsync("alice", $"{room} {i}", room: room);
            }
        })));

        await stream.UntilAsync(read => read.Events.Count == rooms.Length * (Messages + 1));
        foreach (var room in rooms)
        {
            stream.Texts(room).Should().Equal(Enumerable.Range(1, Messages).Select(i => $"{room} {i}"));
        }
    }

    [Fact]
    public virtual async Task A_room_cannot_be_in_a_stream_twice()
    {
        await using var stream = Watch(Room);
        Assert.Throws<ChatInputException>(() => stream.Add(Room));
        stream.Remove(Room).Should().BeTrue();
        stream.Add(Room);
    }

    [Fact]
    public virtual async Task A_canceled_stream_ends_with_the_token_and_before_any_further_event()
    {
        using var end = new CancellationTokenSource();
        await AppendManyAsync(3);
        await using var events = Chat.WatchManyAsync([new(Room, RoomPosition.Start), new(_other, null)], cancellationToken: end.Token).GetAsyncEnumerator(Cancelled);
        (await events.MoveNextAsync()).Should().BeTrue();

        await end.CancelAsync();

        var error = await Assert.ThrowsAnyAsync<OperationCanceledException>(async () => await events.MoveNextAsync());
        error.CancellationToken.Should().Be(end.Token);
        (await events.MoveNextAsync()).Should().BeFalse();
    }

    [Fact]
    public virtual async Task Disposing_the_stream_ends_it_even_while_an_event_is_awaited()
    {
        var watched = Watch(Room, _other);
        await using var events = watched.GetAsyncEnumerator(Cancelled);
        (await events.MoveNextAsync()).Should().BeTrue();
        (await events.MoveNextAsync()).Should().BeTrue();
        var next = events.MoveNextAsync();

        await watched.DisposeAsync();

        (await next).Should().BeFalse();
        await AppendAsync("alice", "one");
        (await events.MoveNextAsync()).Should().BeFalse();
    }

    private static Func<StreamReader, bool> CaughtUp(params string[] rooms) =>
        read => rooms.All(room => read.Of(room).Any(happened => happened is RoomEvent.CaughtUp));

    private WatchedRooms Watch(params string[] rooms) =>
        Chat.WatchManyAsync(rooms.Select(room => KeyValuePair.Create<string, RoomPosition?>(room, null)));

    /// <summary>Reads a stream in the background and records its events. Thread-safe.</summary>
    private sealed class StreamReader : IAsyncDisposable
    {
        private static readonly TimeSpan Patience = TimeSpan.FromSeconds(60);

        private readonly object _gate = new();
        private readonly List<WatchedRoomEvent> _events = [];
        private readonly Dictionary<string, List<RoomEvent>> _rooms = [];
        private readonly Dictionary<string, int> _counts = [];
        private readonly List<(Func<StreamReader, bool> Condition, TaskCompletionSource Met)> _awaited = [];
        private readonly Task _reading;

        public StreamReader(WatchedRooms rooms, Action<WatchedRoomEvent>? onEvent = null)
        {
            Rooms = rooms;
            _reading = Task.Run(() => ReadAsync(onEvent));
        }

        public WatchedRooms Rooms { get; }

        public IReadOnlyList<WatchedRoomEvent> Events
        {
            get
            {
                lock (_gate)
                {
                    return [.. _events];
                }
            }
        }

        public IReadOnlyList<RoomEvent> Of(string room)
        {
            lock (_gate)
            {
                return _rooms.TryGetValue(room, out var events) ? [.. events] : [];
            }
        }

        public IReadOnlyList<string> Texts(string room) => [.. Of(room).OfType<RoomEvent.Created>().Select(created => created.Message.Text)];

        /// <summary>How many messages were created in a room.</summary>
        public int CountOf(string room)
        {
            lock (_gate)
            {
                return _counts.GetValueOrDefault(room);
            }
        }

        /// <summary>Waits until a condition holds, which is checked after each event.</summary>
        public async Task UntilAsync(Func<StreamReader, bool> condition)
        {
            TaskCompletionSource met = new(TaskCreationOptions.RunContinuationsAsynchronously);
            lock (_gate)
            {
                if (condition(this))
                {
                    return;
                }

                _awaited.Add((condition, met));
            }

            if (await Task.WhenAny(met.Task, _reading, Task.Delay(Patience, Cancelled)) == _reading)
            {
                await _reading;
            }

            met.Task.IsCompleted.Should().BeTrue("the awaited event comes in time; the last ones are {0}", string.Join(", ", Events.TakeLast(20)));
        }

        public async ValueTask DisposeAsync()
        {
            await Rooms.DisposeAsync();
            await _reading.WaitAsync(Patience);
        }

        private async Task ReadAsync(Action<WatchedRoomEvent>? onEvent)
        {
            await foreach (var happened in Rooms)
            {
                // Before the event is recorded: who awaits it may end the stream.
                onEvent?.Invoke(happened);
                lock (_gate)
                {
                    _events.Add(happened);
                    if (!_rooms.TryGetValue(happened.Room, out var events))
                    {
                        _rooms[happened.Room] = events = [];
                    }

                    events.Add(happened.Event);
                    _counts[happened.Room] = _counts.GetValueOrDefault(happened.Room) + (happened.Event is RoomEvent.Created ? 1 : 0);
                    foreach (var awaited in _awaited.FindAll(awaited => awaited.Condition(this)))
                    {
                        _awaited.Remove(awaited);
                        awaited.Met.SetResult();
                    }
                }
            }
        }
    }
}
