namespace RedisChat.Conformance;

/// <summary>Threads: what becomes of them when their message or their room is deleted.</summary>
/// <param name="stores">Opens the store under test.</param>
public abstract class ThreadDeletionTests(StoreFactory stores) : StoreTests(stores)
{
    private Chat Chat => new(Store);

    private Chat Removing => new(Store, new ChatOptions { DeleteThreads = true });

    private ChatRoom Thread(long messageId = 1) => Chat.Room(Room).Thread(messageId);

    /// <summary>Runs a test. A store without threads overrides this, and asserts that the test ends with a <see cref="NotSupportedException"/>.</summary>
    /// <param name="test">The test.</param>
    protected virtual Task RunAsync(Func<Task> test) => test();

    [Fact]
    public Task A_thread_outlives_its_message_and_is_closed() => RunAsync(async () =>
    {
        await BeginAsync();
        await Chat.DeleteAsync(Room, 1, Actor.Application, cancellationToken: Cancelled);
        await Chat.Room(Room).DeleteManyAsync(MessageSelection.Of([2]), Actor.Application, cancellationToken: Cancelled);

        foreach (var thread in new[] { Thread(1), Thread(2) })
        {
            (await thread.ReceiveAsync(cancellationToken: Cancelled)).Messages.Select(message => message.Text).Should().Equal("one", "two");
            (await Assert.ThrowsAsync<ChatParentNotFoundException>(() => thread.SendAsync("carol", "three", Cancelled))).ParentId.Should().Be(thread.ThreadId!.Value.MessageId);

            // The room says nothing of it any more.
            var before = (await ReadAsync()).Position;
            (await thread.DeleteAsync(2, Actor.Application, cancellationToken: Cancelled)).Should().BeTrue();
            (await ReadAsync()).Position.Should().Be(before);
        }

        (await ReadAsync()).Threads.Keys.Should().Equal(3);
        (await ((IThreadStore)Store.GetAbility(typeof(IThreadStore))!).ReadClosedThreadsAsync(Room, null, Cancelled)).Should().BeEquivalentTo([1L, 2L]);
    });

    [Fact]
    public Task No_reply_is_stored_after_the_deletion_of_the_message() => RunAsync(async () =>
    {
        await BeginAsync();
        ChatRoom[] threads = [Thread(1), new Chat(OpenStore()).Room(Room).Thread(1)];
        await using WatchLog log = new(Thread(1).WatchAsync(cancellationToken: Cancelled));
        await log.CaughtUpAsync();
        var senders = Enumerable.Range(0, 6).Select(n => Task.Run(async () =>
        {
            for (var acknowledged = 0; ; acknowledged++)
            {
                try
                {
                    await threads[n % 2].SendAsync($"user {n}", "hello", Cancelled);
                }
                catch (ChatParentNotFoundException)
                {
                    return acknowledged;
                }
            }
        })).ToList();
        await log.UntilAsync(seen => seen.CreatedIds.Count() > 20);

        await Chat.DeleteAsync(Room, 1, Actor.Application, cancellationToken: Cancelled);
        var last = (await Thread(1).ReceiveAsync(cancellationToken: Cancelled)).Position;

        var stored = (await Task.WhenAll(senders)).Sum();
        (await Thread(1).ReceiveAsync(cancellationToken: Cancelled)).Position.Should().Be(last);
        last.MessageId.Should().Be(2 + stored);
    });

    [Fact]
    public Task With_the_option_a_thread_goes_with_its_message() => RunAsync(async () =>
    {
        await BeginAsync();
        await using WatchLog log = new(Thread(1).WatchAsync(cancellationToken: Cancelled));
        await log.CaughtUpAsync();

        (await Removing.DeleteAsync(Room, 1, Actor.Application, cancellationToken: Cancelled)).Should().BeTrue();

        await log.UntilAsync(seen => seen.Events[^1] is RoomEvent.RoomDeleted);
        await IsGoneAsync(1);
        await Assert.ThrowsAsync<ChatParentNotFoundException>(() => Thread(1).SendAsync("carol", "three", Cancelled));
        (await Thread(2).ReceiveAsync(cancellationToken: Cancelled)).Messages.Should().HaveCount(2);
    });

    [Fact]
    public Task With_the_option_threads_go_with_many_messages() => RunAsync(async () =>
    {
        await BeginAsync();

        await Removing.Room(Room).DeleteManyAsync(MessageSelection.Between(1, 2), Actor.Application, cancellationToken: Cancelled);

        await IsGoneAsync(1);
        await IsGoneAsync(2);
        (await Thread(3).ReceiveAsync(cancellationToken: Cancelled)).Messages.Should().HaveCount(2);
    });

    [Fact]
    public Task A_removal_that_was_interrupted_is_continued_by_the_same_call() => RunAsync(async () =>
    {
        await BeginAsync();
        await Chat.DeleteAsync(Room, 1, Actor.Application, cancellationToken: Cancelled);
        await ((IRoomDirectoryStore)Store.GetAbility(typeof(IRoomDirectoryStore))!).DeleteRoomAsync(Thread(1).Id, Actor.Application, null, Cancelled);

        (await Removing.DeleteAsync(Room, 1, Actor.Application, cancellationToken: Cancelled)).Should().BeFalse();

        await IsGoneAsync(1);
    });

    [Fact]
    public Task The_threads_go_with_the_room() => RunAsync(async () =>
    {
        await BeginAsync();
        await Chat.DeleteAsync(Room, 2, Actor.Application, cancellationToken: Cancelled);
        await using WatchLog log = new(Thread(1).WatchAsync(cancellationToken: Cancelled));
        await using WatchLog closed = new(Thread(2).WatchAsync(cancellationToken: Cancelled));
        await log.CaughtUpAsync();
        await closed.CaughtUpAsync();

        await Chat.Rooms.DeleteAsync(Room, Actor.User("alice"), cancellationToken: Cancelled);

        await log.UntilAsync(seen => seen.Events[^1] is RoomEvent.RoomDeleted { By: "alice" });
        await closed.UntilAsync(seen => seen.Events[^1] is RoomEvent.RoomDeleted);
        await IsGoneAsync(1);
        await IsGoneAsync(2);
        await Assert.ThrowsAsync<ChatParentNotFoundException>(() => Thread(1).SendAsync("carol", "three", Cancelled));

        // A new room of this name has new threads.
        await AppendManyAsync(1);
        await Thread(1).SendAsync("carol", "new", Cancelled);
        (await Thread(1).ReceiveAsync(cancellationToken: Cancelled)).Messages.Should().ContainSingle().Which.Id.Should().Be(1);
    });

    // Three messages with threads of two replies each. Alice owns the room.
    private async Task BeginAsync()
    {
        await AppendManyAsync(3);
        await Chat.Room(Room).Members.SetRoleAsync("alice", RoomRole.Owner, Actor.Application, cancellationToken: Cancelled);
        for (var id = 1; id <= 3; id++)
        {
            await Thread(id).SendManyAsync([new("carol", "one"), new("dave", "two")], Cancelled);
        }
    }

    private async Task IsGoneAsync(long messageId)
    {
        (await Thread(messageId).ReceiveAsync(cancellationToken: Cancelled)).Should().BeEquivalentTo(new MessagePage { Messages = [], Position = RoomPosition.Start });
        (await ((IThreadStore)Store.GetAbility(typeof(IThreadStore))!).ReadClosedThreadsAsync(Room, messageId, Cancelled)).Should().BeEmpty();
    }
}
