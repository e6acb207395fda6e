namespace RedisChat.Conformance;

/// <summary>Threads: rooms of their own, and what the room of the message says of them, exactly and live.</summary>
/// <param name="stores">Opens the store under test.</param>
public abstract class ThreadTests(StoreFactory stores) : StoreTests(stores)
{
    private Chat Chat => new(Store);

    private ChatRoom Thread(long messageId = 1) => Chat.Room(Room).Thread(messageId);

    /// <summary>Runs a test. A store without threads overrides this, and asserts that the test ends with a <see cref="NotSupportedException"/>.</summary>
    /// <param name="test">The test.</param>
    protected virtual Task RunAsync(Func<Task> test) => test();

    [Fact]
    public Task A_thread_is_a_room_of_its_own() => RunAsync(async () =>
    {
        await AppendManyAsync(2);
        var thread = Thread();

        var first = await thread.SendAsync("carol", "one", Cancelled);
        await thread.SendAsync(new NewMessage("dave", "two") { ReplyTo = first.Id, Metadata = new Dictionary<string, string> { ["a"] = "b" } }, Cancelled);
        await thread.SendManyAsync([new("carol", "three"), new("erin", "four")], Cancelled);
        await thread.EditAsync(2, Actor.User("dave"), "zwei", Cancelled);
        await thread.Reactions.AddAsync(2, "carol", "👍", Cancelled);
        await thread.Pins.PinAsync(2, Actor.Application, Cancelled);
        (await thread.ReadMarkers.MarkReadAsync("erin", 2, Cancelled)).MessageId.Should().Be(2);

        var page = await thread.ReceiveAsync(cancellationToken: Cancelled);
        page.Messages.Select(message => message.Text).Should().Equal("one", "zwei", "three", "four");
        page.Messages.Select(message => message.Id).Should().Equal(1, 2, 3, 4);
        page.Parents.Keys.Should().Equal(1);
        page.Reactions.Keys.Should().Equal(2);
        page.Position.Epoch.Should().NotBe((await ReadAsync()).Position.Epoch);
        (await thread.Pins.ListAsync(Cancelled)).Should().ContainSingle();
        (await thread.ReceiveAsync(new MessageQuery { User = "carol" }, Cancelled)).Messages.Select(message => message.Id).Should().Equal(1, 3);
        (await thread.GetAsync(3, Cancelled))!.Text.Should().Be("three");
        (await thread.DeleteAsync(3, Actor.User("carol"), cancellationToken: Cancelled)).Should().BeTrue();
        (await ReadAsync()).Messages.Select(message => message.Text).Should().Equal("1", "2");
        (await Thread(2).ReceiveAsync(cancellationToken: Cancelled)).Messages.Should().BeEmpty();
    });

    [Fact]
    public Task The_first_reply_needs_the_message() => RunAsync(async () =>
    {
        var missing = Thread(7);
        var error = await Assert.ThrowsAsync<ChatParentNotFoundException>(() => missing.SendAsync("alice", "to nothing", Cancelled));
        error.ParentId.Should().Be(7);
        error.Message.Should().Contain("thread").And.NotContain("\u001f");
        await AppendManyAsync(3);
        await DeleteAsync(2);
        await Assert.ThrowsAsync<ChatParentNotFoundException>(() => Thread(2).SendManyAsync([new("alice", "a"), new("alice", "b")], Cancelled));
        await Assert.ThrowsAsync<ChatParentNotFoundException>(() => Thread(4).SendAsync("alice", "too early", Cancelled));

        (await Thread(2).ReceiveAsync(cancellationToken: Cancelled)).Position.Should().Be(RoomPosition.Start);
        (await ReadAsync()).Threads.Should().BeEmpty();
    });

    [Fact]
    public Task A_page_has_the_threads_of_its_messages() => RunAsync(async () =>
    {
        await AppendManyAsync(3);
        await Thread(3).SendAsync("alice", "hello", Cancelled);
        MessageReceipt last = null!;
        foreach (var user in new[] { "ann", "bea", "cat", "dan", "eve", "fay", "bea", "ann" })
        {
            last = await Thread(2).SendAsync(user, "hello", Cancelled);
        }

        var page = await ReadAsync();
        page.Threads.Keys.Should().BeEquivalentTo([2L, 3L]);
        page.Threads[2].Should().Be(new ThreadSummary { Count = 8, LastReplyId = 8, LastReplyAt = last.Timestamp, Participants = ["ann", "bea", "fay", "eve", "dan"] });
        (await ReadAsync(new MessageQuery { Before = 3, Limit = 1 })).Threads.Keys.Should().Equal(2);
        (await ReadAsync(new MessageQuery { User = "bob" })).Threads.Keys.Should().Equal(2);
    });

    [Fact]
    public Task Every_call_that_stores_replies_is_one_event_in_the_room() => RunAsync(async () =>
    {
        await AppendManyAsync(2);
        var start = (await ReadAsync()).Position;
        await using WatchLog log = new(Store.WatchAsync(Room, new WatchOptions { After = start }, Cancelled));
        await log.CaughtUpAsync();

        await Thread().SendAsync("carol", "one", Cancelled);
        await ReachesAsync(log);
        await Thread().SendManyAsync([new("dave", "two"), new("carol", "three"), new("erin", "four")], Cancelled);
        await log.UntilAsync(seen => seen.Events.OfType<RoomEvent.ThreadChanged>().Count() == 2);

        var changes = log.Events.OfType<RoomEvent.ThreadChanged>().ToList();
        changes.Select(thread => (thread.MessageId, thread.Thread.Count, thread.Thread.LastReplyId)).Should().Equal((1, 1, 1), (1, 4, 4));
        changes[1].Thread.Participants.Should().Equal("erin", "carol", "dave");
        var page = await ReadAsync();
        page.Threads[1].Should().Be(changes[1].Thread);
        page.Position.Should().Be(log.Position);
        page.Position.Revision.Should().BeGreaterThan(start.Revision);
    });

    [Fact]
    public Task A_watcher_of_a_thread_receives_its_events() => RunAsync(async () =>
    {
        await AppendManyAsync(1);
        await using WatchLog log = new(Thread().WatchAsync(cancellationToken: Cancelled));
        await log.CaughtUpAsync();

        await Thread().SendAsync("carol", "one", Cancelled);
        await AppendAsync("carol", "not in the thread");
        await Thread().SendAsync("carol", "two", Cancelled);
        await log.UntilAsync(seen => seen.CreatedIds.Count() == 2);

        log.Room.Select(message => message.Text).Should().Equal("one", "two");
    });

    [Fact]
    public Task A_reader_that_catches_up_receives_the_present_state_once() => RunAsync(async () =>
    {
        await AppendManyAsync(2);
        var seen = (await ReadAsync()).Position;
        await Thread(1).SendAsync("carol", "one", Cancelled);
        await Thread(1).SendAsync("dave", "two", Cancelled);
        await AppendAsync("alice", "3");
        await Thread(3).SendAsync("dave", "in the thread of a new message", Cancelled);
        await Thread(2).SendAsync("dave", "to be closed", Cancelled);
        await DeleteAsync(2);

        var changes = await Store.ReadChangesAsync(Room, seen, 100, Cancelled);

        changes.Events.OfType<RoomEvent.ThreadChanged>().Select(thread => (thread.MessageId, thread.Thread.Count)).Should().Equal((1, 2), (3, 1));
        changes.Events.OfType<RoomEvent.Deleted>().Should().ContainSingle();
        changes.Events.Should().NotContain(happened => happened is RoomEvent.Gap);
        changes.Position.Should().Be((await ReadAsync()).Position);
    });

    [Fact]
    public Task A_repeated_reply_is_stored_once_and_told_once() => RunAsync(async () =>
    {
        await AppendManyAsync(1);
        var reply = new NewMessage("carol", "once") { IdempotencyKey = "k" };
        var first = await Thread().SendAsync(reply, Cancelled);
        var before = await ReadAsync();

        var second = await Thread().SendAsync(reply, Cancelled);

        second.IsDuplicate.Should().BeTrue();
        second.Id.Should().Be(first.Id);
        (await ReadAsync()).Should().BeEquivalentTo(before);

        await DeleteAsync(1);
        (await Thread().SendAsync(reply, Cancelled)).IsDuplicate.Should().BeTrue();
        (await Thread().FindSentAsync(reply, Cancelled))!.Id.Should().Be(first.Id);
    });

    [Fact]
    public Task Deleted_replies_do_not_count() => RunAsync(async () =>
    {
        await AppendManyAsync(1);
        foreach (var user in new[] { "ann", "bea", "cat", "dan", "eve", "fay" })
        {
            await Thread().SendAsync(user, "hello", Cancelled);
        }

        await Thread().DeleteAsync(6, Actor.User("fay"), cancellationToken: Cancelled);
        var five = await Thread().GetAsync(5, Cancelled);
        (await SummaryAsync()).Should().Be(new ThreadSummary { Count = 5, LastReplyId = 5, LastReplyAt = five!.Timestamp, Participants = ["eve", "dan", "cat", "bea", "ann"] });

        await Thread().DeleteAsync(3, Actor.Application, cancellationToken: Cancelled);
        (await SummaryAsync())!.Participants.Should().Equal("eve", "dan", "bea", "ann");

        await Thread().SendAsync("ann", "again", Cancelled);
        (await SummaryAsync())!.Participants.Should().Equal("ann", "eve", "dan", "bea");

        await Thread().DeleteManyAsync(MessageSelection.Between(1, 7), Actor.Application, cancellationToken: Cancelled);
        (await SummaryAsync()).Should().Be(new ThreadSummary { Count = 0 });

        await Thread().SendAsync("gus", "a new beginning", Cancelled);
        (await SummaryAsync())!.Should().Match<ThreadSummary>(thread => thread.Count == 1 && thread.LastReplyId == 8);
    });

    [Fact]
    public Task A_deletion_of_a_reply_is_an_event_in_both_rooms() => RunAsync(async () =>
    {
        await AppendManyAsync(1);
        await Thread().SendManyAsync([new("carol", "one"), new("dave", "two"), new("carol", "three")], Cancelled);
        await using WatchLog room = new(Store.WatchAsync(Room, new WatchOptions(), Cancelled));
        await using WatchLog thread = new(Thread().WatchAsync(cancellationToken: Cancelled));
        await room.CaughtUpAsync();
        await thread.CaughtUpAsync();

        await Thread().DeleteAsync(3, Actor.User("carol"), cancellationToken: Cancelled);
        await ReachesAsync(room);
        await Thread().DeleteManyAsync(MessageSelection.Of([1]), Actor.Application, cancellationToken: Cancelled);
        await room.UntilAsync(seen => seen.Events.OfType<RoomEvent.ThreadChanged>().Count() == 2);
        await thread.UntilAsync(seen => seen.Events.OfType<RoomEvent.DeletedMany>().Any());

        room.Events.OfType<RoomEvent.ThreadChanged>().Select(changes => (changes.Thread.Count, changes.Thread.LastReplyId)).Should().Equal((2, 2), (1, 2));
        room.Position.Should().Be((await ReadAsync()).Position);
        thread.Position.Should().Be((await Thread().ReceiveAsync(cancellationToken: Cancelled)).Position);
    });

    [Fact]
    public Task Old_messages_have_threads_too() => RunAsync(async () =>
    {
        await AppendManyAsync(600);
        await DeleteAsync(6);

        await Thread(5).SendAsync("carol", "late", Cancelled);
        await Assert.ThrowsAsync<ChatParentNotFoundException>(() => Thread(6).SendAsync("carol", "too late", Cancelled));

        (await ReadAsync(new MessageQuery { Around = 5, Limit = 3 })).Threads.Keys.Should().Equal(5);
        (await SummaryAsync(5))!.Count.Should().Be(1);
    });

    [Fact]
    public Task A_long_thread_stays_exact_when_its_end_is_deleted() => RunAsync(async () =>
    {
        await AppendManyAsync(1);
        await AppendManyAsync(500, Thread().Id);
        (await SummaryAsync())!.Participants.Should().Equal("bob", "alice");

        await Thread().DeleteManyAsync(MessageSelection.Between(40, 500), Actor.Application, cancellationToken: Cancelled);
        await SettledAsync();

        (await SummaryAsync())!.Should().Match<ThreadSummary>(thread => thread.Count == 39 && thread.LastReplyId == 39);
        await Thread().DeleteAsync(39, Actor.Application, cancellationToken: Cancelled);
        (await SummaryAsync())!.Participants.Should().Equal("bob", "alice");
    });

    [Fact]
    public Task Many_senders_on_two_stores_leave_an_exact_summary() => RunAsync(async () =>
    {
        await AppendManyAsync(1);
        Chat[] chats = [new(Store), new(OpenStore())];
        await using WatchLog log = new(Store.WatchAsync(Room, new WatchOptions(), Cancelled));
        await log.CaughtUpAsync();

        await Task.WhenAll(Enumerable.Range(0, 24).Select(async n =>
        {
            var thread = chats[n % 2].Room(Room).Thread(1);
            for (var i = 0; i < 5; i++)
            {
                var sent = await thread.SendAsync($"user {n}", $"{i}", Cancelled);
                if (i == 2)
                {
                    await thread.DeleteAsync(sent.Id, Actor.User($"user {n}"), cancellationToken: Cancelled);
                }
            }
        }));

        var replies = (await Thread().ReceiveAsync(new MessageQuery { Limit = 500 }, Cancelled)).Messages;
        var summary = (await SummaryAsync())!;
        summary.Should().Be(SummaryOf(replies));
        summary.Count.Should().Be(96);
        await log.UntilAsync(seen => seen.Events.OfType<RoomEvent.ThreadChanged>().LastOrDefault()?.Thread.Equals(summary) == true);
        log.Events.OfType<RoomEvent.ThreadChanged>().Select(changes => changes.Position.Revision).Should().BeInAscendingOrder().And.OnlyHaveUniqueItems();
        log.Events.Should().NotContain(happened => happened is RoomEvent.Gap);
    });

    [Fact]
    public Task Only_the_ids_of_threads_are_accepted() => RunAsync(async () =>
    {
        var id = new ThreadId(Room, 17);
        ThreadId.TryParse(id.RoomId, out var parsed).Should().BeTrue();
        parsed.Should().Be(id);
        Chat.Room(Room).Thread(17).ThreadId.Should().Be(id);
        Chat.Room(Room).ThreadId.Should().BeNull();
        id.ToString().Should().Be($"thread 17 of room {Room}");
        Chat.Room(id.RoomId).Id.Should().Be(id.RoomId);

        foreach (var wrong in new[] { "\u001f1", $"{Room}\u001f", $"{Room}\u001f0", $"{Room}\u001f01", $"{Room}\u001f1\u001f1", $"{Room}\u001f-1", $"{Room}\u001f9000000000000001", $"{Room}\u0002" })
        {
            Assert.Throws<ChatInputException>(() => Chat.Room(wrong));
            await Assert.ThrowsAsync<ChatInputException>(() => Chat.SendAsync(wrong, "alice", "hello", Cancelled));
        }

        Assert.Throws<ChatInputException>(() => Thread().Thread(1));
        Assert.Throws<ChatInputException>(() => Thread(0));
        await Assert.ThrowsAsync<ChatInputException>(() => Chat.Rooms.DeleteAsync(Thread().Id, Actor.Application, cancellationToken: Cancelled));
    });

    private async Task<ThreadSummary?> SummaryAsync(long messageId = 1) =>
        (await ReadAsync(new MessageQuery { Around = messageId, Limit = 3 })).Threads.GetValueOrDefault(messageId);

    private static ThreadSummary SummaryOf(IReadOnlyList<Message> replies) => new()
    {
        Count = replies.Count,
        LastReplyId = replies.Count == 0 ? 0 : replies[^1].Id,
        LastReplyAt = replies.Count == 0 ? null : replies[^1].Timestamp,
        Participants = [.. replies.Reverse().Select(reply => reply.User).Distinct().Take(ChatLimits.MaxThreadParticipants)],
    };
}
