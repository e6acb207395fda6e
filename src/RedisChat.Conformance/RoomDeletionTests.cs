namespace RedisChat.Conformance;

/// <summary>The deletion of rooms: who may, what is left, and how watchers end.</summary>
/// <param name="stores">Opens the store under test.</param>
public abstract class RoomDeletionTests(StoreFactory stores) : StoreTests(stores)
{
    private Chat Chat => new(Store);

    private RoomDirectory Rooms => Chat.Rooms;

    /// <summary>Runs a test. A store that deletes no rooms overrides this, and asserts that the test ends with a <see cref="NotSupportedException"/>.</summary>
    /// <param name="test">The test.</param>
    protected virtual Task RunAsync(Func<Task> test) => test();

    [Fact]
    public Task Nothing_of_a_deleted_room_is_left() => RunAsync(async () =>
    {
        await Rooms.CreateAsync(Room, new RoomAbout { Name = "Club" }, owner: "olga", cancellationToken: Cancelled);
        await AppendManyAsync(299);
        await Chat.Room(Room).Rules.ChangeAsync("olga", rules => rules with { SlowMode = TimeSpan.FromDays(1) }, Cancelled);
        await AppendAsync("carol", "slowly");
        await DeleteAsync(7);
        await Chat.Room(Room).Reactions.AddAsync(8, "olga", "👍", Cancelled);

        var deleted = await Rooms.DeleteAsync(Room, "olga", cancellationToken: Cancelled);

        deleted.Should().Be(new RoomDeletion(300, 300));
        (await Rooms.GetInfoAsync(Room, Cancelled)).Should().Be(new RoomInfo { Id = Room });
        (await ReadAsync()).Should().BeEquivalentTo(new MessagePage { Messages = [], Position = RoomPosition.Start });
        (await ReadAsync(new MessageQuery { User = "alice" })).Messages.Should().BeEmpty();
        (await Store.GetAsync(Room, 8, Cancelled)).Should().BeNull();
        (await Chat.Room(Room).Rules.GetAsync(Cancelled)).Should().Be(RuleSet.Open);
        (await Chat.Room(Room).Members.ListAsync(cancellationToken: Cancelled)).Members.Should().BeEmpty();
        (await Chat.Room(Room).Reactions.AddAsync(8, "olga", "👍", Cancelled)).Should().BeNull();
        (await Rooms.ListAsync(limit: ChatLimits.MaxPageSize, cancellationToken: Cancelled)).Rooms.Should().NotContain(room => room.Id == Room);
    });

    [Fact]
    public Task The_next_message_creates_another_room_of_that_name() => RunAsync(async () =>
    {
        await AppendManyAsync(3);
        var before = (await ReadAsync()).Position;
        await Rooms.DeleteAsync(Room, Actor.Application, cancellationToken: Cancelled);

        (await AppendAsync("bob", "new")).Id.Should().Be(1);

        var page = await ReadAsync();
        page.Messages.Should().ContainSingle().Which.Text.Should().Be("new");
        page.Position.Epoch.Should().NotBe(before.Epoch);
        (await Store.ReadChangesAsync(Room, before, 10, Cancelled)).Events.Should().ContainSingle().Which.Should().BeOfType<RoomEvent.Gap>();
        (await Rooms.GetInfoAsync(Room, Cancelled)).Messages.Should().Be(1);
    });

    [Fact]
    public Task Owners_and_the_application_delete_a_room_and_others_do_not() => RunAsync(async () =>
    {
        await AppendManyAsync(2);
        (await Rooms.GetInfoAsync(Room, Cancelled)).Messages.Should().Be(2);
        (await RefusedAsync("alice")).Should().Be(ForbiddenReason.NotMember);
        await Chat.Room(Room).Members.SetRoleAsync("mia", RoomRole.Moderator, Actor.Application, cancellationToken: Cancelled);
        await Chat.Room(Room).Members.SetRoleAsync("olga", RoomRole.Owner, Actor.Application, cancellationToken: Cancelled);
        (await RefusedAsync("mia")).Should().Be(ForbiddenReason.NotPermitted);
        (await ReadAsync()).Messages.Should().HaveCount(2);
        await Rooms.ArchiveAsync(Room, "olga", Cancelled);

        (await Rooms.DeleteAsync(Room, "olga", cancellationToken: Cancelled)).Existed.Should().BeTrue();

        (await Rooms.GetInfoAsync(Room, Cancelled)).Exists.Should().BeFalse();
    });

    [Fact]
    public Task Deleting_a_room_that_is_not_there_does_nothing() => RunAsync(async () =>
    {
        (await Rooms.DeleteAsync(Room, Actor.Application, cancellationToken: Cancelled)).Existed.Should().BeFalse();
        (await Rooms.DeleteAsync(Room, "alice", cancellationToken: Cancelled)).Existed.Should().BeFalse();
        await AppendAsync("alice", "hello");
        (await Rooms.DeleteAsync(Room, Actor.Application, cancellationToken: Cancelled)).Existed.Should().BeTrue();
        (await Rooms.DeleteAsync(Room, Actor.Application, cancellationToken: Cancelled)).Existed.Should().BeFalse();
    });

    [Fact]
    public Task Watchers_receive_the_end_of_the_room_and_end() => RunAsync(async () =>
    {
        await AppendAsync("alice", "hello");
        var other = OpenStore();
        List<Task<List<RoomEvent>>> watching = [];
        List<Task> heard = [];
        foreach (var events in new[] { Store.WatchAsync(Room, RoomPosition.Start, Cancelled), other.WatchAsync(Room, RoomPosition.Start, Cancelled), other.WatchAsync(Room, cancellationToken: Cancelled) })
        {
            var caughtUp = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
            var said = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
            watching.Add(Task.Run(() => WatchToEndAsync(events, caughtUp, said)));
            heard.Add(said.Task);
            await caughtUp.Task.WaitAsync(Cancelled);
        }

        var bye = await AppendAsync("bob", "bye");
        await Task.WhenAll(heard).WaitAsync(Cancelled);
        await Rooms.DeleteAsync(Room, Actor.Application, cancellationToken: Cancelled);

        foreach (var seen in await Task.WhenAll(watching))
        {
            seen[^2].Should().BeOfType<RoomEvent.Created>().Which.Message.Text.Should().Be("bye");
            seen[^1].Should().BeOfType<RoomEvent.RoomDeleted>().Which.Position.MessageId.Should().Be(bye.Id);
        }
    });

    [Fact]
    public Task A_watcher_for_a_user_ends_with_the_room() => RunAsync(async () =>
    {
        await Rooms.CreateAsync(Room, RoomAbout.None, RuleSet.MembersOnly, "olga", Cancelled);
        var caughtUp = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        var watching = Task.Run(() => WatchToEndAsync(Chat.WatchAsync(Room, new WatchOptions { As = "olga" }, Cancelled), caughtUp));
        await caughtUp.Task.WaitAsync(Cancelled);

        await Rooms.DeleteAsync(Room, "olga", cancellationToken: Cancelled);

        (await watching)[^1].Should().BeOfType<RoomEvent.RoomDeleted>().Which.By.Should().Be("olga");
    });

    [Fact]
    public Task A_deleted_room_leaves_a_stream_of_many_rooms_and_can_be_added_again() => RunAsync(async () =>
    {
        var stays = NewRoom();
        await AppendAsync("alice", "hello");
        await AppendAsync("alice", "hello", room: stays);
        await using var stream = Chat.WatchManyAsync([new(Room, null), new(stays, null)], cancellationToken: Cancelled);
        await using var events = stream.GetAsyncEnumerator(Cancelled);
        for (var caughtUp = 0; caughtUp < 2; caughtUp++)
        {
            (await NextAsync()).Event.Should().BeOfType<RoomEvent.CaughtUp>();
        }

        await Rooms.DeleteAsync(Room, Actor.Application, cancellationToken: Cancelled);
        var last = await NextAsync();
        (last.Room, last.Event.GetType()).Should().Be((Room, typeof(RoomEvent.RoomDeleted)));

        stream.Add(Room, RoomPosition.Start);
        var added = await NextAsync();
        (added.Room, added.Event.GetType()).Should().Be((Room, typeof(RoomEvent.CaughtUp)));
        await AppendAsync("bob", "new");
        (await NextAsync()).Event.Should().BeOfType<RoomEvent.Created>();
        await AppendAsync("bob", "here, too", room: stays);
        (await NextAsync()).Room.Should().Be(stays);

        async Task<WatchedRoomEvent> NextAsync()
        {
            (await events.MoveNextAsync()).Should().BeTrue();
            return events.Current;
        }
    });

    [Fact]
    public Task The_deletion_reports_its_progress() => RunAsync(async () =>
    {
        await AppendManyAsync(500);
        var reports = new Reports();

        var done = await Rooms.DeleteAsync(Room, Actor.Application, reports, Cancelled);

        reports.All.Should().NotBeEmpty();
        reports.All[^1].Should().Be(done).And.Be(new RoomDeletion(500, 500));
        reports.All.Select(report => report.Done).Should().BeInAscendingOrder();
    });

    [Fact]
    public Task While_others_send_a_deletion_ends_and_every_message_is_before_or_after_it() => RunAsync(async () =>
    {
        await AppendManyAsync(200);
        var epoch = (await ReadAsync()).Position.Epoch;
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(Cancelled);
        var stores = Enumerable.Range(0, 4).Select(_ => OpenStore()).ToList();
        var senders = stores.Select((store, n) => Task.Run(() => SendAsync(store, $"user {n}"))).ToList();

        await Rooms.DeleteAsync(Room, Actor.Application, cancellationToken: Cancelled);
        await stop.CancelAsync();
        var receipts = (await Task.WhenAll(senders)).SelectMany(sent => sent).ToList();

        var page = await ReadAsync(new MessageQuery { Limit = ChatLimits.MaxPageSize });
        page.Position.Epoch.Should().NotBe(epoch);
        page.Messages.Select(message => (message.Id, message.Text)).Should().BeEquivalentTo(
            receipts.Where(sent => sent.Receipt.Position.Epoch == page.Position.Epoch).Select(sent => (sent.Receipt.Id, sent.Text)));

        async Task<List<(MessageReceipt Receipt, string Text)>> SendAsync(IMessageStore store, string user)
        {
            var sent = new List<(MessageReceipt, string)>();
            while (!stop.IsCancellationRequested && sent.Count < 100)
            {
                try
                {
                    var text = $"{user} {sent.Count}";
                    sent.Add(((await store.AppendAsync(Room, [New(user, text)], Cancelled))[0], text));
                }
                catch (ChatForbiddenException e) when (e.Reason == ForbiddenReason.RoomDeleted)
                {
                    // Between the two rooms.
                }
            }

            return sent;
        }
    });

    private static async Task<List<RoomEvent>> WatchToEndAsync(IAsyncEnumerable<RoomEvent> events, TaskCompletionSource caughtUp, TaskCompletionSource? said = null)
    {
        var seen = new List<RoomEvent>();
        await foreach (var happened in events)
        {
            seen.Add(happened);
            if (happened is RoomEvent.CaughtUp)
            {
                caughtUp.SetResult();
            }
            else if (happened is RoomEvent.Created { Message.Text: "bye" })
            {
                said?.SetResult();
            }
        }

        return seen;
    }

    private async Task<ForbiddenReason> RefusedAsync(Actor by) =>
        (await Assert.ThrowsAsync<ChatForbiddenException>(() => Rooms.DeleteAsync(Room, by, cancellationToken: Cancelled))).Reason;

    private sealed class Reports : IProgress<RoomDeletion>
    {
        private readonly List<RoomDeletion> _all = [];

        public IReadOnlyList<RoomDeletion> All => _all;

        public void Report(RoomDeletion value) => _all.Add(value);
    }
}
