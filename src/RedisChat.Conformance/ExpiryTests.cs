namespace RedisChat.Conformance;

/// <summary>Messages that expire: at their time they are gone for every reader at once, and the upkeep deletes them with all that belongs to them.</summary>
/// <param name="stores">Opens the store under test. No other test may use its upkeep.</param>
public abstract class ExpiryTests(StoreFactory stores) : StoreTests(stores)
{
    private static readonly TimeSpan Short = ChatLimits.MinMessageLife;
    private static readonly TimeSpan Hour = TimeSpan.FromHours(1);

    private Chat Chat => new(Store);

    /// <summary>Runs a test. A store without this ability overrides it, and asserts that the test ends with an exception.</summary>
    /// <param name="test">The test.</param>
    protected virtual Task RunAsync(Func<Task> test) => test();

    [Fact]
    public Task A_message_is_gone_for_every_reader_at_its_time() => RunAsync(async () =>
    {
        var room = Chat.Room(Room);
        await room.SendAsync("alice", "stays", Cancelled);
        var (sent, reply) = await SendAsync();
        var found = await Store.ReadAsync(Room, MessageQuery.Newest, Cancelled);
        if (found.Messages.SingleOrDefault(message => message.Id == sent.Id) is { } message)
        {
            message.ExpiresAt.Should().Be(sent.Timestamp + Short);
        }

        await GoneAsync(sent.Id);

        var other = new Chat(OpenStore()).Room(Room);
        var page = await other.ReceiveAsync(cancellationToken: Cancelled);
        page.Messages.Select(message => message.Id).Should().Equal(1, reply.Id);
        page.Parents[sent.Id].Message.Should().BeNull();
        (await other.ReceiveAsync(new MessageQuery { User = "alice" }, Cancelled)).Messages.Select(message => message.Id).Should().Equal(1);
        (await other.ReceiveAsync(new MessageQuery { After = 1 }, Cancelled)).Messages.Select(message => message.Id).Should().Equal(reply.Id);
        (await Chat.EditAsync(Room, sent.Id, Actor.Application, "too late", Cancelled)).Should().BeNull();
        (await Chat.DeleteAsync(Room, sent.Id, Actor.Application, cancellationToken: Cancelled)).Should().BeFalse();
        (await Chat.ReadChangesAsync(Room, RoomPosition.Start, cancellationToken: Cancelled)).Events.OfType<RoomEvent.Created>().Select(created => created.Message.Id).Should().Equal(1, reply.Id);

        async Task<(MessageReceipt Sent, MessageReceipt Reply)> SendAsync()
        {
            while (true)
            {
                var goes = await room.SendAsync(new NewMessage("alice", "goes") { ExpiresAfter = Short }, Cancelled);
                try
                {
                    return (goes, await room.SendAsync(new NewMessage("bob", "an answer") { ReplyTo = goes.Id }, Cancelled));
                }
                catch (ChatParentNotFoundException)
                {
                    // It came too late: the machine was busy for the whole life of the message.
                    (await NowAsync()).Should().BeOnOrAfter(goes.Timestamp + Short, "a message can be replied to until its time");
                }
            }
        }
    });

    [Fact]
    public Task The_upkeep_deletes_expired_messages_together() => RunAsync(async () =>
    {
        var room = Chat.Room(Room);
        await room.SendAsync("alice", "stays", Cancelled);
        await Chat.SendManyAsync(Room, [.. Enumerable.Range(0, 9).Select(n => new NewMessage("alice", $"{n}") { ExpiresAfter = Short })], Cancelled);
        await room.Reactions.AddAsync(2, "bob", "👍", Cancelled);
        var position = (await room.ReceiveAsync(cancellationToken: Cancelled)).Position;
        await GoneAsync(10);
        await using var log = await WatchAsync();

        await using (Run())
        {
            await log.UntilAsync(seen => seen.Events.OfType<RoomEvent.DeletedMany>().Any());
        }

        (await Chat.Rooms.GetInfoAsync(Room, Cancelled)).Messages.Should().Be(1);
        var changes = await Chat.ReadChangesAsync(Room, position, cancellationToken: Cancelled);
        var deleted = changes.Events.OfType<RoomEvent.DeletedMany>().Single();
        deleted.MessageIds.Should().Equal(2, 3, 4, 5, 6, 7, 8, 9, 10);
        (deleted.Reason, deleted.User).Should().Be(("expired", null));
        changes.Events.Should().NotContainItemsAssignableTo<RoomEvent.Gap>();
        await UntilAsync(async () => (await Store.GetAbility<IUpkeepStore>()!.ClaimRoomsAsync(TimeSpan.FromMilliseconds(1), 16, Cancelled)) is { Rooms.Count: 0 }, Run);
    });

    [Fact]
    public Task A_room_can_have_a_default_life() => RunAsync(async () =>
    {
        var room = Chat.Room(Room);
        await room.SendAsync("alice", "before", Cancelled);
        await Chat.Rooms.DescribeAsync(Room, Actor.Application, about => about with { MessagesExpireAfter = Hour }, Cancelled);
        (await Chat.Rooms.GetInfoAsync(Room, Cancelled)).About!.MessagesExpireAfter.Should().Be(Hour);

        var plain = await new Chat(OpenStore()).SendAsync(Room, new NewMessage("bob", "by default"), Cancelled);
        var own = await room.SendAsync(new NewMessage("bob", "for a day") { ExpiresAfter = TimeSpan.FromDays(1) }, Cancelled);

        (await room.GetAsync(1, Cancelled))!.ExpiresAt.Should().BeNull();
        (await room.GetAsync(2, Cancelled))!.ExpiresAt.Should().Be(plain.Timestamp + Hour);
        (await room.GetAsync(3, Cancelled))!.ExpiresAt.Should().Be(own.Timestamp + TimeSpan.FromDays(1));

        await Chat.Rooms.DescribeAsync(Room, Actor.Application, about => about with { MessagesExpireAfter = null }, Cancelled);
        await room.SendAsync("alice", "after", Cancelled);
        (await room.GetAsync(4, Cancelled))!.ExpiresAt.Should().BeNull();
    });

    [Fact]
    public Task Messages_of_a_room_with_a_default_life_are_deleted() => RunAsync(async () =>
    {
        var room = Chat.Room(Room);
        await Chat.Rooms.CreateAsync(Room, new RoomAbout { MessagesExpireAfter = Short }, cancellationToken: Cancelled);
        await using var log = await WatchAsync();
        await room.SendAsync("alice", "one", Cancelled);
        await room.SendAsync("alice", "two", Cancelled);
        // Sends do not add such a room to the upkeep: if it came before them, its next visit would be in a minute.
        await using var running = Run();

        await log.UntilAsync(seen => seen.Events.OfType<RoomEvent.DeletedMany>().Sum(deleted => deleted.MessageIds.Count) == 2);
        await ForgottenAsync();
    });

    [Fact]
    public Task A_thread_has_the_default_life_of_its_room() => RunAsync(async () =>
    {
        var room = Chat.Room(Room);
        await room.SendAsync("alice", "a question", Cancelled);
        await Chat.Rooms.DescribeAsync(Room, Actor.Application, about => about with { MessagesExpireAfter = Hour }, Cancelled);
        var thread = Chat.Room(new ThreadId(Room, 1).RoomId);

        var reply = await thread.SendAsync("bob", "a reply", Cancelled);
        var brief = await thread.SendAsync(new NewMessage("bob", "goes") { ExpiresAfter = Short }, Cancelled);

        (await thread.GetAsync(reply.Id, Cancelled))!.ExpiresAt.Should().Be(reply.Timestamp + Hour);
        await GoneAsync(brief.Id, thread.Id);
        await using var log = await WatchAsync();
        await using var running = Run();
        await log.UntilAsync(seen => seen.Events.OfType<RoomEvent.ThreadChanged>().Any());
        (await room.ReceiveAsync(cancellationToken: Cancelled)).Threads[1].Count.Should().Be(1);
    });

    [Fact]
    public Task An_edit_keeps_the_time() => RunAsync(async () =>
    {
        var room = Chat.Room(Room);
        var sent = await room.SendAsync(new NewMessage("alice", "a") { ExpiresAfter = Hour, Metadata = new Dictionary<string, string> { ["a"] = "b" } }, Cancelled);

        var edited = await Chat.EditAsync(Room, 1, "alice", "b", Cancelled);

        edited!.ExpiresAt.Should().Be(sent.Timestamp + Hour);
        (await room.GetAsync(1, Cancelled)).Should().Be(edited);
    });

    [Fact]
    public Task Watchers_receive_the_time_and_the_deletion() => RunAsync(async () =>
    {
        var room = Chat.Room(Room);
        await using var watched = room.WatchAsync(new WatchOptions { After = RoomPosition.Start }, Cancelled).GetAsyncEnumerator(Cancelled);
        await using var running = Run();
        await NextAsync(happened => happened is RoomEvent.CaughtUp);

        var sent = await room.SendAsync(new NewMessage("alice", "a") { ExpiresAfter = Short }, Cancelled);

        var created = (RoomEvent.Created)await NextAsync(happened => happened is RoomEvent.Created);
        created.Message.ExpiresAt.Should().Be(sent.Timestamp + Short);
        var deleted = (RoomEvent.DeletedMany)await NextAsync(happened => happened is RoomEvent.DeletedMany);
        deleted.MessageIds.Should().Equal(1);

        async Task<RoomEvent> NextAsync(Func<RoomEvent, bool> matches)
        {
            do
            {
                (await watched.MoveNextAsync()).Should().BeTrue();
            }
            while (!matches(watched.Current));
            return watched.Current;
        }
    });

    [Fact]
    public Task A_message_that_is_deleted_before_its_time_leaves_nothing() => RunAsync(async () =>
    {
        var room = Chat.Room(Room);
        await room.SendAsync(new NewMessage("alice", "a") { ExpiresAfter = Hour }, Cancelled);
        await Chat.DeleteAsync(Room, 1, Actor.Application, cancellationToken: Cancelled);
        await ForgottenAsync();
    });

    [Fact]
    public Task A_repetition_is_the_same_message_whatever_its_life() => RunAsync(async () =>
    {
        var room = Chat.Room(Room);
        var message = new NewMessage("alice", "a") { ExpiresAfter = Hour, IdempotencyKey = "k" };
        var sent = await room.SendAsync(message, Cancelled);

        var again = await room.SendAsync(message with { ExpiresAfter = 2 * Hour }, Cancelled);

        (again.Id, again.IsDuplicate).Should().Be((sent.Id, true));
        (await room.GetAsync(1, Cancelled))!.ExpiresAt.Should().Be(sent.Timestamp + Hour);
    });

    [Fact]
    public Task A_scheduled_message_keeps_its_life() => RunAsync(async () =>
    {
        var room = Chat.Room(Room);
        await room.Schedule.AddAsync(new NewMessage("alice", "a") { ExpiresAfter = Hour }, (await NowAsync()).AddSeconds(-1), Cancelled);
        using var end = CancellationTokenSource.CreateLinkedTokenSource(Cancelled);
        await using var log = await WatchAsync();
        var sending = Chat.RunScheduleAsync(end.Token);

        await log.UntilAsync(seen => seen.CreatedIds.Any());

        var message = await room.GetAsync(1, Cancelled);
        message!.ExpiresAt.Should().Be(message.Timestamp + Hour);
        await end.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => sending);
    });

    [Theory]
    [InlineData(0)]
    [InlineData(0.999)]
    [InlineData(3661 * 86400d)]
    public Task Other_lives_are_refused(double seconds) => RunAsync(async () =>
    {
        var life = TimeSpan.FromSeconds(seconds);
        await Assert.ThrowsAsync<ChatInputException>(() => Chat.SendAsync(Room, new NewMessage("alice", "a") { ExpiresAfter = life }, Cancelled));
        await Assert.ThrowsAsync<ChatInputException>(() => Chat.Rooms.CreateAsync(Room, new RoomAbout { MessagesExpireAfter = life }, cancellationToken: Cancelled));
        (await ReadAsync()).Position.Should().Be(RoomPosition.Start);
        (await Store.GetAbility<IExpiryStore>()!.ReadExpiredAsync(Room, 1, Cancelled)).Ids.Should().BeEmpty();
    });

    /// <summary>Nothing is left of the messages: they are forgotten in the step that deletes them.</summary>
    private async Task ForgottenAsync() =>
        (await Store.GetAbility<IExpiryStore>()!.ReadExpiredAsync(Room, 10, Cancelled)).Should().Match<ExpiredMessages>(expired => expired.Ids.Count == 0 && expired.Next == null);

    private async Task<WatchLog> WatchAsync()
    {
        var page = await ReadAsync();
        var log = new WatchLog(Store.WatchAsync(Room, page.Position), page);
        await log.CaughtUpAsync();
        return log;
    }

    /// <summary>Waits for the message's time, of which there is no event.</summary>
    private Task GoneAsync(long id, string? room = null) => UntilAsync(async () => await Store.GetAsync(room ?? Room, id, Cancelled) is null);

    private static async Task UntilAsync(Func<Task<bool>> condition, Func<IAsyncDisposable>? during = null)
    {
        await using var running = during?.Invoke();
        while (!await condition())
        {
            await Task.Delay(20, Cancelled);
        }
    }

    private Running Run()
    {
        var options = new ChatOptions();
        options.Upkeep.PollInterval = TimeSpan.FromMilliseconds(100);
        return new Running(new Chat(Store, options));
    }

    /// <summary>A process that does the upkeep, until this is disposed.</summary>
    private sealed class Running : IAsyncDisposable
    {
        private readonly CancellationTokenSource _end = new();
        private readonly Task _task;

        public Running(Chat chat) => _task = Task.Run(() => chat.RunUpkeepAsync(_end.Token));

        public async ValueTask DisposeAsync()
        {
            await _end.CancelAsync();
            await Assert.ThrowsAnyAsync<OperationCanceledException>(() => _task);
            _end.Dispose();
        }
    }
}
