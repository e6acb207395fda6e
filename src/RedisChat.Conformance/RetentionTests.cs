namespace RedisChat.Conformance;

/// <summary>The beginning of a history is trimmed: gone with all that belongs to it, in few steps, and readers know where it begins now.</summary>
/// <param name="stores">Opens the store under test. No other test may use its upkeep.</param>
public abstract class RetentionTests(StoreFactory stores) : StoreTests(stores)
{
    private const int Bucket = 128;

    private Chat Chat => new(Store);

    /// <summary>Runs a test. A store without this ability overrides it, and asserts that the test ends with an exception.</summary>
    /// <param name="test">The test.</param>
    protected virtual Task RunAsync(Func<Task> test) => test();

    [Fact]
    public Task The_newest_messages_stay() => RunAsync(async () =>
    {
        await AppendManyAsync(1000);

        (await TrimAsync(new RetentionPolicy { MaxMessages = 300 })).Should().Be(5 * Bucket - 1);

        var first = 5 * Bucket;
        var info = await Chat.Rooms.GetInfoAsync(Room, Cancelled);
        (info.Messages, info.LastMessageId).Should().Be((1000 - first + 1, 1000));
        (await Store.GetAsync(Room, first - 1, Cancelled)).Should().BeNull();
        (await Store.GetAsync(Room, first, Cancelled))!.Text.Should().Be($"{first}");
        var oldest = await ReadAsync(new MessageQuery(10) { After = 0 });
        oldest.Messages.Select(message => message.Id).Should().Equal(Enumerable.Range(first, 10).Select(id => (long)id));
        oldest.HasNewer.Should().BeTrue();
        var before = await ReadAsync(new MessageQuery(10) { Before = first + 5 });
        before.Messages.Select(message => message.Id).Should().Equal(Enumerable.Range(first, 5).Select(id => (long)id));
        before.HasOlder.Should().BeFalse();
        (await ReadAsync(new MessageQuery(10) { Before = first })).Messages.Should().BeEmpty();
        (await ReadAsync(new MessageQuery(10) { Before = 5 })).Messages.Should().BeEmpty();
        (await ReadAsync(new MessageQuery(10) { Around = 5 })).Messages.Should().OnlyContain(message => message.Id >= first);
        var alice = await ReadAsync(new MessageQuery(1000) { User = "alice" });
        alice.Messages.Select(message => message.Id).Should().Equal(Enumerable.Range(first, 1000 - first + 1).Where(id => id % 2 == 1).Select(id => (long)id));
        (await ReadAsync(new MessageQuery(10) { User = "alice", Before = first })).Messages.Should().BeEmpty();
        (await ReadAsync(new MessageQuery(10) { User = "alice", After = 0 })).Messages[0].Id.Should().Be(first + 1);
        var count = 0;
        await foreach (var message in Chat.ReceiveAllAsync(Room, cancellationToken: Cancelled))
        {
            count++;
        }

        count.Should().Be(1000 - first + 1);
    });

    [Fact]
    public Task Nothing_goes_that_may_stay() => RunAsync(async () =>
    {
        await AppendManyAsync(500);
        (await TrimAsync(new RetentionPolicy { MaxMessages = 400 })).Should().Be(0);
        (await TrimAsync(new RetentionPolicy { MaxAge = TimeSpan.FromDays(1) })).Should().Be(0);
        (await Chat.ReadChangesAsync(Room, RoomPosition.Start, 1000, Cancelled)).Events.Should().HaveCount(500);

        var now = await NewestAsync();
        var step = await Retention.TrimStepAsync(Room, new RetentionPolicy { MaxAge = TimeSpan.FromDays(1) }, now, Cancelled);
        step.Next.Should().BeCloseTo(TimeSpan.FromDays(1), TimeSpan.FromMinutes(5));
        (await Retention.TrimStepAsync(NewRoom(), new RetentionPolicy { MaxMessages = 1 }, now, Cancelled)).Should().Be(new TrimmedStep(0, null));
    });

    [Fact]
    public Task Old_messages_go_but_never_the_newest_ids() => RunAsync(async () =>
    {
        await AppendManyAsync(300);

        (await TrimAsync(new RetentionPolicy { MaxAge = TimeSpan.FromHours(1) }, (await NewestAsync()).AddHours(2))).Should().Be(127);

        (await ReadAsync(new MessageQuery(1000))).Messages.Select(message => message.Id).Should().Equal(Enumerable.Range(128, 173).Select(id => (long)id));
        await AppendAsync("alice", "next");
        (await Chat.Rooms.GetInfoAsync(Room, Cancelled)).Messages.Should().Be(174);
    });

    [Theory]
    [InlineData(254, 0)]
    [InlineData(255, 127)]
    [InlineData(256, 127)]
    [InlineData(382, 127)]
    [InlineData(383, 255)]
    public Task The_last_ids_stay_in_any_case(int count, int deleted) => RunAsync(async () =>
    {
        await AppendManyAsync(count);

        (await TrimAsync(new RetentionPolicy { MaxMessages = 1 })).Should().Be(deleted);

        (await Chat.Rooms.GetInfoAsync(Room, Cancelled)).Messages.Should().Be(count - deleted).And.BeGreaterThanOrEqualTo(Bucket);
    });

    [Fact]
    public Task Deleted_messages_do_not_count() => RunAsync(async () =>
    {
        await AppendManyAsync(700);
        await Chat.Room(Room).DeleteManyAsync(MessageSelection.Between(1, 400), Actor.Application, cancellationToken: Cancelled);

        (await TrimAsync(new RetentionPolicy { MaxMessages = 150 })).Should().Be(511 - 400);

        (await Chat.Rooms.GetInfoAsync(Room, Cancelled)).Messages.Should().Be(700 - 511);
        (await ReadAsync(new MessageQuery(5) { After = 0 })).Messages[0].Id.Should().Be(512);
    });

    [Fact]
    public Task Watchers_and_readers_learn_where_the_history_begins() => RunAsync(async () =>
    {
        await AppendManyAsync(100);
        var old = (await ReadAsync()).Position;
        await AppendManyAsync(400);
        var now = (await ReadAsync()).Position;
        await using var watched = Chat.WatchAsync(Room, now, Cancelled).GetAsyncEnumerator(Cancelled);
        (await watched.MoveNextAsync()).Should().BeTrue();
        watched.Current.Should().BeOfType<RoomEvent.CaughtUp>();

        await TrimAsync(new RetentionPolicy { MaxMessages = 130 });

        do
        {
            (await watched.MoveNextAsync()).Should().BeTrue();
            watched.Current.Should().BeOfType<RoomEvent.Trimmed>();
        }
        while (((RoomEvent.Trimmed)watched.Current).Below < 2 * Bucket);
        var below = (await ReadAsync(new MessageQuery(1) { After = 0 })).Messages[0].Id;
        (await Chat.ReadChangesAsync(Room, old, cancellationToken: Cancelled)).Events.Should().ContainSingle().Which.Should().BeOfType<RoomEvent.Gap>();
        var since = await Chat.ReadChangesAsync(Room, now, cancellationToken: Cancelled);
        since.Events.Should().OnlyContain(happened => happened is RoomEvent.Trimmed);
        ((RoomEvent.Trimmed)since.Events[^1]).Below.Should().Be(below);
        var fresh = await Chat.ReadChangesAsync(Room, RoomPosition.Start, 1000, Cancelled);
        fresh.Events.Should().HaveCount((int)(500 - below + 1)).And.OnlyContain(happened => happened is RoomEvent.Created);
    });

    [Fact]
    public Task All_that_belongs_to_the_messages_goes_with_them() => RunAsync(async () =>
    {
        var room = new Chat(Store, new ChatOptions { KeptVersions = 3 }).Room(Room);
        await room.SendAsync(new NewMessage("alice", "@bob") { Mentions = [Mention.User("bob")] }, Cancelled);
        await room.SendAsync("alice", "a question", Cancelled);
        await new Chat(Store).SendAsync(new ThreadId(Room, 2).RoomId, new NewMessage("bob", "a reply"), Cancelled);
        await room.SendAsync(new NewMessage("alice", "goes") { ExpiresAfter = TimeSpan.FromHours(1) }, Cancelled);
        await room.EditAsync(2, Actor.Application, "another", cancellationToken: Cancelled);
        await room.Reactions.AddAsync(2, "carol", "👍", Cancelled);
        await room.Pins.PinAsync(2, Actor.Application, Cancelled);
        await AppendManyAsync(300);
        await room.Pins.PinAsync(300, Actor.Application, Cancelled);

        await TrimAsync(new RetentionPolicy { MaxMessages = 1 });

        (await room.Pins.ListAsync(Cancelled)).Select(pin => pin.MessageId).Should().Equal(300);
        (await room.Mentions.ListAsync("bob", cancellationToken: Cancelled)).Messages.Should().BeEmpty();
        (await Store.GetAbility<IExpiryStore>()!.ReadExpiredAsync(Room, 10, Cancelled)).Should().Match<ExpiredMessages>(expired => expired.Ids.Count == 0 && expired.Next == null);
        await Assert.ThrowsAsync<ChatParentNotFoundException>(() => new Chat(Store).SendAsync(new ThreadId(Room, 2).RoomId, new NewMessage("bob", "too late"), Cancelled));
        await Assert.ThrowsAsync<ChatParentNotFoundException>(() => room.SendAsync(new NewMessage("bob", "too late") { ReplyTo = 2 }, Cancelled));
    });

    [Fact]
    public Task Unread_messages_are_those_that_are_there() => RunAsync(async () =>
    {
        await AppendManyAsync(10);
        await Chat.Room(Room).ReadMarkers.MarkReadAsync("carol", 5, Cancelled);
        await AppendManyAsync(390);
        await Chat.Room(Room).DeleteManyAsync(MessageSelection.Between(150, 370), Actor.Application, cancellationToken: Cancelled);

        await TrimAsync(new RetentionPolicy { MaxMessages = 1 });

        (await Chat.Room(Room).ReadMarkers.GetUnreadAsync("carol", Cancelled)).Count.Should().Be(400 - Math.Max(370, 255));
    });

    [Fact]
    public Task The_upkeep_follows_the_room_and_otherwise_the_chat() => RunAsync(async () =>
    {
        var (own, kept, plain) = (NewRoom(), NewRoom(), Room);
        await Chat.Rooms.CreateAsync(own, new RoomAbout { Retention = new RetentionPolicy { MaxMessages = 1 } }, cancellationToken: Cancelled);
        await Chat.Rooms.CreateAsync(kept, new RoomAbout { Retention = RetentionPolicy.Everything }, cancellationToken: Cancelled);
        await Chat.Rooms.CreateAsync(plain, new RoomAbout(), cancellationToken: Cancelled);
        (await Chat.Rooms.GetInfoAsync([own, kept], Cancelled)).Select(room => room.About!.Retention).Should().Equal(new RetentionPolicy { MaxMessages = 1 }, RetentionPolicy.Everything);
        foreach (var room in new[] { own, kept, plain })
        {
            await AppendManyAsync(300, room);
        }

        var options = new ChatOptions { Retention = new RetentionPolicy { MaxMessages = 100 } };
        options.Upkeep.PollInterval = TimeSpan.FromMilliseconds(100);
        await using var ownLog = await WatchAsync(own);
        await using var plainLog = await WatchAsync(plain);
        using var end = CancellationTokenSource.CreateLinkedTokenSource(Cancelled);
        var chat = new Chat(Store, options);
        var running = chat.RunUpkeepAsync(end.Token);

        await TrimmedAsync(ownLog, Bucket);
        await TrimmedAsync(plainLog, Bucket);
        await chat.SendManyAsync(plain, [.. Enumerable.Range(0, 100).Select(n => new NewMessage("alice", $"{n}"))], Cancelled);
        await TrimmedAsync(plainLog, 2 * Bucket);
        (await Chat.Rooms.GetInfoAsync([own, plain], Cancelled)).Select(room => room.Messages).Should().Equal(300 - 127, 400 - 255);
        (await Chat.Rooms.GetInfoAsync(kept, Cancelled)).Messages.Should().Be(300);
        await end.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => running);
    });

    [Fact]
    public Task The_upkeep_follows_a_room_that_has_a_retention_although_the_chat_has_none() => RunAsync(async () =>
    {
        var options = new ChatOptions();
        options.Upkeep.PollInterval = TimeSpan.FromMilliseconds(100);
        using var end = CancellationTokenSource.CreateLinkedTokenSource(Cancelled);
        var chat = new Chat(Store, options);
        var running = chat.RunUpkeepAsync(end.Token);
        await AppendManyAsync(300);
        await using var log = await WatchAsync(Room);

        await chat.Rooms.DescribeAsync(Room, Actor.Application, about => about with { Retention = new RetentionPolicy { MaxMessages = 1 } }, Cancelled);
        await TrimmedAsync(log, Bucket);
        await AppendManyAsync(100);
        await TrimmedAsync(log, 2 * Bucket);
        (await Chat.Rooms.GetInfoAsync(Room, Cancelled)).Messages.Should().Be(400 - 255);

        await end.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => running);
    });

    [Fact]
    public Task Threads_that_an_interrupted_deletion_left_go_with_the_next_visit() => RunAsync(async () =>
    {
        await AppendManyAsync(300);
        var thread = new ThreadId(Room, 5).RoomId;
        await Chat.SendAsync(thread, new NewMessage("bob", "a reply"), Cancelled);
        await TrimAsync(new RetentionPolicy { MaxMessages = 1 });
        (await ReadAsync(room: thread)).Messages.Should().ContainSingle();
        var options = new ChatOptions { DeleteThreads = true };
        options.Upkeep.PollInterval = TimeSpan.FromMilliseconds(100);
        using var end = CancellationTokenSource.CreateLinkedTokenSource(Cancelled);

        await Store.GetAbility<IUpkeepStore>()!.AddRoomAsync(Room, null, Cancelled);
        var running = new Chat(Store, options).RunUpkeepAsync(end.Token);

        while ((await Store.GetAbility<IThreadStore>()!.ReadClosedThreadsAsync(Room, null, Cancelled)).Count > 0)
        {
            await Task.Delay(20, Cancelled);
        }

        await end.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => running);
        (await ReadAsync(room: thread)).Messages.Should().BeEmpty();
    });

    [Fact]
    public Task A_room_is_trimmed_at_once_when_the_application_asks_for_it() => RunAsync(async () =>
    {
        await AppendManyAsync(1000);
        await Chat.SendAsync(new ThreadId(Room, 5).RoomId, new NewMessage("bob", "a reply"), Cancelled);
        var reports = new List<long>();
        var room = new Chat(Store, new ChatOptions { DeleteThreads = true }).Room(Room);

        (await room.TrimAsync(new RetentionPolicy { MaxMessages = 300 }, new Reports(reports), Cancelled)).Should().Be(5 * Bucket - 1);

        (await ReadAsync(new MessageQuery(1) { After = 0 })).Messages[0].Id.Should().Be(5 * Bucket);
        reports.Should().BeInAscendingOrder().And.EndWith(5 * Bucket - 1);
        (await ReadAsync(room: new ThreadId(Room, 5).RoomId)).Messages.Should().BeEmpty();
        (await room.TrimAsync(new RetentionPolicy { MaxMessages = 300 }, cancellationToken: Cancelled)).Should().Be(0, "nothing is left to do");
        (await room.TrimAsync(RetentionPolicy.Everything, cancellationToken: Cancelled)).Should().Be(0);
        (await Chat.Room(NewRoom()).TrimAsync(new RetentionPolicy { MaxMessages = 1 }, cancellationToken: Cancelled)).Should().Be(0, "there is no such room");
        await Assert.ThrowsAsync<ChatInputException>(() => room.Thread(700).TrimAsync(new RetentionPolicy { MaxMessages = 1 }, cancellationToken: Cancelled));
        await Assert.ThrowsAsync<ChatInputException>(() => room.TrimAsync(new RetentionPolicy { MaxMessages = 0 }, cancellationToken: Cancelled));
    });

    [Theory]
    [InlineData(0, null)]
    [InlineData(-1, null)]
    [InlineData(null, 0.5)]
    [InlineData(null, 1e9)]
    public Task Other_policies_are_refused(int? messages, double? seconds) => RunAsync(async () =>
    {
        var policy = new RetentionPolicy { MaxMessages = messages, MaxAge = seconds is { } age ? TimeSpan.FromSeconds(age) : null };
        await Assert.ThrowsAsync<ChatInputException>(() => Chat.Rooms.CreateAsync(Room, new RoomAbout { Retention = policy }, cancellationToken: Cancelled));
        Assert.Throws<ArgumentException>(() => new Chat(Store, new ChatOptions { Retention = policy }));
        _ = await Retention.TrimStepAsync(Room, RetentionPolicy.Everything, await NowAsync(), Cancelled);
    });

    /// <summary>Keeps reports at once and in order, which <see cref="Progress{T}"/> does not.</summary>
    private sealed class Reports(List<long> kept) : IProgress<long>
    {
        public void Report(long value) => kept.Add(value);
    }

    private IRetentionStore Retention => Store.GetAbility<IRetentionStore>()!;

    /// <summary>Trims the room as far as a policy allows.</summary>
    /// <param name="policy">What is kept.</param>
    /// <param name="now">The time from which ages are counted; if <see langword="null"/>, that of the newest message.</param>
    private async Task<long> TrimAsync(RetentionPolicy policy, DateTimeOffset? now = null)
    {
        var time = now ?? await NewestAsync();
        var deleted = 0L;
        TrimmedStep step;
        do
        {
            step = await Retention.TrimStepAsync(Room, policy, time, Cancelled);
            deleted += step.Deleted;
        }
        while (step.Next == TimeSpan.Zero);
        return deleted;
    }

    private async Task<DateTimeOffset> NewestAsync() => (await ReadAsync()).Messages[^1].Timestamp;

    private async Task<WatchLog> WatchAsync(string room)
    {
        var page = await ReadAsync(room: room);
        var log = new WatchLog(Store.WatchAsync(room, page.Position), page);
        await log.CaughtUpAsync();
        return log;
    }

    private static Task TrimmedAsync(WatchLog log, long below) => log.UntilAsync(seen => seen.Events.OfType<RoomEvent.Trimmed>().Any(trimmed => trimmed.Below >= below));
}
