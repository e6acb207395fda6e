namespace RedisChat.Conformance;

/// <summary>Notices of attachments that messages no longer refer to: kept from the same step until they are reported to the application.</summary>
/// <param name="stores">Opens the store under test.</param>
public abstract class AttachmentNoticeTests(StoreFactory stores) : StoreTests(stores)
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(60);
    private static readonly Actor App = Actor.Application;

    private static Attachment Picture => AttachmentTests.Picture;

    private static Attachment Report => AttachmentTests.Report;

    /// <summary>A chat of an application that wants notices.</summary>
    private Chat Chat => new(Store, attachments: new AttachmentRecorder(Room));

    private ChatRoom Target => Chat.Room(Room);

    private IAttachmentNoticeStore Notices => Of(Store);

    /// <summary>Runs a test. A store without attachments overrides it, and asserts that the test ends with a <see cref="NotSupportedException"/>.</summary>
    /// <param name="test">The test.</param>
    protected virtual Task RunAsync(Func<Task> test) => test();

    [Fact]
    public Task Deleting_a_message_keeps_a_notice_of_what_it_referred_to_whichever_process_does_it() => RunAsync(async () =>
    {
        await Target.SendAsync(new NewMessage("alice", "look") { Attachments = [Picture, Report] }, Cancelled);
        await Target.SendAsync("alice", "no attachments", Cancelled);
        await Target.SendAsync(new NewMessage("bob", "stays") { Attachments = [Report] }, Cancelled);
        var other = new Chat(OpenStore());

        (await other.Room(Room).DeleteAsync(1, "alice", cancellationToken: Cancelled)).Should().BeTrue();
        (await other.Room(Room).DeleteAsync(1, "alice", cancellationToken: Cancelled)).Should().BeFalse();
        await other.Room(Room).DeleteAsync(2, "alice", cancellationToken: Cancelled);

        var notice = (await Notices.ReadNoticesAsync(Room, 100, Cancelled)).Should().ContainSingle().Which;
        (notice.Room, notice.MessageId, notice.Reason).Should().Be((Room, 1, ReleaseReason.Deleted));
        notice.Attachments.Should().Equal(Picture, Report);
        while (!(await Store.GetAbility<IUpkeepStore>()!.ClaimRoomsAsync(TimeSpan.FromMilliseconds(1), 1000, Cancelled)).Rooms.Any(room => room.Room == Room))
        {
            // The room is added after the deletion, in the background.
            await Task.Delay(10, Cancelled);
        }
    });

    [Fact]
    public Task A_room_in_which_nobody_wants_notices_keeps_none() => RunAsync(async () =>
    {
        var plain = new Chat(Store).Room(Room);
        await plain.SendAsync(new NewMessage("alice", "look") { Attachments = [Picture] }, Cancelled);
        await plain.SendAsync(new NewMessage("alice", "look") { Attachments = [Picture] }, Cancelled);
        await plain.EditAsync(1, "alice", new MessageEdit("look") { Attachments = [Report] }, Cancelled);
        await plain.DeleteAsync(1, "alice", cancellationToken: Cancelled);
        await plain.DeleteManyAsync(MessageSelection.Between(1, 1000), App, cancellationToken: Cancelled);

        (await NoticesAsync()).Should().BeEmpty();
    });

    [Fact]
    public Task Deleting_a_room_keeps_notices_of_all_its_messages_and_threads() => RunAsync(async () =>
    {
        await Target.SendManyAsync([new("alice", "1") { Attachments = [Picture] }, new("alice", "2") { Attachments = [Report] }, new("alice", "3") { Attachments = [Report] }], Cancelled);
        await AppendManyAsync(600);
        await SettledAsync();
        var thread = Target.Thread(3);
        await thread.SendAsync(new NewMessage("bob", "reply") { Attachments = [Picture] }, Cancelled);
        await Target.SendAsync(new NewMessage("bob", "last") { Attachments = [Picture, Report] }, Cancelled);
        await DeleteAsync(2);

        await new Chat(OpenStore()).Rooms.DeleteAsync(Room, App, cancellationToken: Cancelled);

        var notices = await Notices.ReadNoticesAsync(Room, 100, Cancelled);
        notices.Select(notice => (notice.Room, notice.MessageId, notice.Attachments.Count, notice.Reason)).Should().BeEquivalentTo(
        [
            (Room, 1L, 1, ReleaseReason.RoomDeleted), (Room, 2L, 1, ReleaseReason.Deleted), (Room, 3L, 1, ReleaseReason.RoomDeleted), (Room, 604L, 2, ReleaseReason.RoomDeleted),
            (thread.Id, 1L, 1, ReleaseReason.RoomDeleted),
        ]);
        await Target.SendAsync(new NewMessage("bob", "a new room") { Attachments = [Report] }, Cancelled);
        await DeleteAsync(1);
        (await NoticesAsync()).Where(notice => notice.MessageId == 1 && notice.Room == Room).Select(notice => notice.Address).Should().BeEquivalentTo("picture", Report.Address);
    });

    [Fact]
    public Task A_thread_keeps_its_notices_with_its_room() => RunAsync(async () =>
    {
        await AppendAsync("alice", "root");
        var thread = Target.Thread(1);
        await thread.SendAsync(new NewMessage("bob", "one") { Attachments = [Picture] }, Cancelled);
        await thread.SendAsync(new NewMessage("bob", "two") { Attachments = [Report] }, Cancelled);

        await thread.DeleteAsync(1, "bob", cancellationToken: Cancelled);
        (await NoticesAsync()).Should().Equal((thread.Id, 1, "picture"));
        var options = new ChatOptions { DeleteThreads = true };
        await new Chat(OpenStore(), options).Room(Room).DeleteAsync(1, App, cancellationToken: Cancelled);

        (await NoticesAsync()).Should().BeEquivalentTo([(thread.Id, 1L, "picture"), (thread.Id, 2L, Report.Address)]);
    });

    [Fact]
    public Task Edits_and_a_deletion_at_once_keep_each_address_once() => RunAsync(async () =>
    {
        const int Addresses = 8;
        await Target.SendAsync(new NewMessage("alice", "look") { Attachments = [Numbered(0)] }, Cancelled);
        var stores = new[] { Target, new Chat(OpenStore(), attachments: new AttachmentRecorder(Room)).Room(Room) };

        await Task.WhenAll(Enumerable.Range(1, Addresses).Select(async n =>
        {
            await stores[n % 2].EditAsync(1, "alice", new MessageEdit($"{n}") { Attachments = [Numbered(n)] }, Cancelled);
        }));
        await Task.WhenAll(stores.Select(room => room.DeleteAsync(1, "alice", cancellationToken: Cancelled)));

        (await NoticesAsync()).Select(notice => notice.Address).Should().BeEquivalentTo(Enumerable.Range(0, Addresses + 1).Select(n => Numbered(n).Address));

        static Attachment Numbered(int n) => Picture with { Address = $"picture {n}" };
    });

    [Fact]
    public Task Notices_that_were_reported_are_forgotten_and_no_others() => RunAsync(async () =>
    {
        for (var n = 1; n <= 5; n++)
        {
            await Target.SendAsync(new NewMessage("alice", "look") { Attachments = [Picture with { Address = $"{n}" }] }, Cancelled);
        }

        await Target.DeleteManyAsync(MessageSelection.Between(1, 3), App, cancellationToken: Cancelled);
        var read = await Notices.ReadNoticesAsync(Room, 100, Cancelled);
        await Target.DeleteManyAsync(MessageSelection.Between(1, 1000), App, cancellationToken: Cancelled);

        await Notices.RemoveNoticesAsync(Room, read, Cancelled);
        await Notices.RemoveNoticesAsync(Room, read, Cancelled);

        read.Should().HaveCount(3);
        (await NoticesAsync()).Select(notice => notice.Address).Should().BeEquivalentTo("4", "5");
        (await Notices.ReadNoticesAsync(NewRoom(), 100, Cancelled)).Should().BeEmpty();
    });

    [Fact]
    public Task The_upkeep_reports_them_until_the_application_has_succeeded() => RunAsync(async () =>
    {
        var recorder = new AttachmentRecorder(Room) { Failures = 2 };
        var chat = new Chat(Store, new ChatOptions { Upkeep = { PollInterval = TimeSpan.FromMilliseconds(100), Lease = TimeSpan.FromSeconds(5) } }, attachments: recorder);
        await chat.Room(Room).SendAsync(new NewMessage("alice", "look") { Attachments = [Picture, Report] }, Cancelled);
        await chat.Room(Room).DeleteAsync(1, "alice", cancellationToken: Cancelled);
        using var end = CancellationTokenSource.CreateLinkedTokenSource(Cancelled);

        var running = chat.RunUpkeepAsync(end.Token);
        await recorder.TwoAsync().WaitAsync(Patience, Cancelled);

        recorder.Released.Should().BeEquivalentTo(
        [
            new ReleasedAttachment(Room, 1, Picture, ReleaseReason.Deleted), new ReleasedAttachment(Room, 1, Report, ReleaseReason.Deleted),
        ]);
        recorder.Failed.Should().Be(2);
        await ForgottenAsync(left: 0);
        await end.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => running);
    });

    [Fact]
    public Task The_upkeep_reports_those_of_a_reply_that_expires() => RunAsync(async () =>
    {
        var recorder = new AttachmentRecorder(Room);
        var chat = new Chat(Store, new ChatOptions { Upkeep = { PollInterval = TimeSpan.FromMilliseconds(100), Lease = TimeSpan.FromSeconds(2) } }, attachments: recorder);
        await chat.Room(Room).SendAsync("alice", "a question", Cancelled);
        var thread = chat.Room(Room).Thread(1);
        await thread.SendAsync(new NewMessage("bob", "look") { Attachments = [Picture, Report], ExpiresAfter = ChatLimits.MinMessageLife }, Cancelled);
        await using var log = new WatchLog(Store.WatchAsync(thread.Id, RoomPosition.Start));
        await log.CaughtUpAsync();
        using var end = CancellationTokenSource.CreateLinkedTokenSource(Cancelled);
        var running = chat.RunUpkeepAsync(end.Token);
        await log.UntilAsync(seen => seen.Events.OfType<RoomEvent.DeletedMany>().Any());

        // Otherwise after a minute.
        await Store.GetAbility<IUpkeepStore>()!.AddRoomAsync(Room, null, Cancelled);
        await recorder.TwoAsync().WaitAsync(Patience, Cancelled);

        running.IsCompleted.Should().BeFalse();
        recorder.Released.Select(released => (released.Room, released.MessageId)).Should().AllBeEquivalentTo((new ThreadId(Room, 1).RoomId, 1));
        await end.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => running);
    });

    [Fact]
    public Task One_that_is_always_refused_keeps_no_other_from_being_reported() => RunAsync(async () =>
    {
        var recorder = new AttachmentRecorder(Room) { Refused = "refused" };
        var chat = new Chat(Store, new ChatOptions { Upkeep = { PollInterval = TimeSpan.FromMilliseconds(100), Lease = TimeSpan.FromSeconds(5) } }, attachments: recorder);
        await chat.Room(Room).SendManyAsync([.. new[] { "a", "refused", "b" }.Select(address => new NewMessage("alice", "look") { Attachments = [Picture with { Address = address }] })], Cancelled);
        await chat.Room(Room).DeleteManyAsync(MessageSelection.Between(1, 3), App, cancellationToken: Cancelled);
        using var end = CancellationTokenSource.CreateLinkedTokenSource(Cancelled);

        var running = chat.RunUpkeepAsync(end.Token);
        await recorder.TwoAsync().WaitAsync(Patience, Cancelled);

        recorder.Released.Select(released => released.Attachment.Address).Should().BeEquivalentTo("a", "b");
        await ForgottenAsync(left: 1);
        (await NoticesAsync()).Should().Equal((Room, 2, "refused"));
        await end.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => running);
    });

    [Fact]
    public Task Many_that_are_always_refused_keep_no_later_one_from_being_reported() => RunAsync(async () =>
    {
        const int Refused = 220;
        var recorder = new AttachmentRecorder(Room) { Refused = "refused" };
        var chat = new Chat(Store, new ChatOptions { Upkeep = { PollInterval = TimeSpan.FromMilliseconds(100), Lease = TimeSpan.FromSeconds(5) } }, attachments: recorder);
        var addresses = Enumerable.Range(0, Refused).Select(n => $"refused {n}").Concat(["a", "b"]);
        foreach (var some in addresses.Chunk(ChatLimits.MaxBatchSize))
        {
            await chat.Room(Room).SendManyAsync([.. some.Select(address => new NewMessage("alice", "look") { Attachments = [Picture with { Address = address }] })], Cancelled);
        }

        await chat.Room(Room).DeleteManyAsync(MessageSelection.Between(1, Refused + 2), App, cancellationToken: Cancelled);
        using var end = CancellationTokenSource.CreateLinkedTokenSource(Cancelled);

        var running = chat.RunUpkeepAsync(end.Token);
        await recorder.TwoAsync().WaitAsync(Patience, Cancelled);

        recorder.Released.Select(released => released.Attachment.Address).Should().BeEquivalentTo("a", "b");
        await ForgottenAsync(left: Refused);
        (await NoticesAsync()).Should().HaveCount(Refused).And.OnlyContain(notice => notice.Address.StartsWith("refused"));
        await end.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => running);
    });

    internal static IAttachmentNoticeStore Of(IMessageStore store) =>
        store.GetAbility<IAttachmentNoticeStore>() ?? throw new NotSupportedException($"{store.GetType().Name} does not support attachments.");

    /// <summary>The addresses of which a room has notices.</summary>
    internal static async Task<IReadOnlyList<(string Room, long MessageId, string Address)>> AddressesAsync(IMessageStore store, string room) =>
    [
        .. (await Of(store).ReadNoticesAsync(room, 1000, Cancelled)).SelectMany(notice => notice.Attachments.Select(attachment => (notice.Room, notice.MessageId, attachment.Address))),
    ];

    /// <summary>Waits until the upkeep has forgotten what it has reported, of which there is no event.</summary>
    private async Task ForgottenAsync(int left)
    {
        using var patience = CancellationTokenSource.CreateLinkedTokenSource(Cancelled);
        patience.CancelAfter(Patience);
        while ((await NoticesAsync()).Count > left)
        {
            await Task.Delay(20, patience.Token);
        }
    }

    private Task<IReadOnlyList<(string Room, long MessageId, string Address)>> NoticesAsync() => AddressesAsync(Store, Room);
}
