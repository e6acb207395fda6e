using System.Collections.Concurrent;

namespace RedisChat.Conformance;

/// <summary>Attachments: stored, edited and deleted with their message, and notices of what messages no longer refer to, from the same step until they are reported.</summary>
/// <param name="stores">Opens the store under test.</param>
public abstract class AttachmentTests(StoreFactory stores) : StoreTests(stores)
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(60);
    private static readonly Actor App = Actor.Application;

    private static readonly Attachment Picture = new()
    {
        Kind = AttachmentKinds.Image,
        Name = "Kätzchen \"1\".png",
        MediaType = "image/png",
        Size = (1L << 53) - 1,
        Address = "picture",
        Preview = new AttachmentPreview { Text = "two\nlines 👍", Address = "picture/small", Width = 640, Height = 480 },
    };

    private static readonly Attachment Report = new() { Kind = "x-report-2", Name = "report.pdf", MediaType = "application/pdf", Size = 0, Address = "https://example.org/report?a=1" };

    /// <summary>A chat of an application that wants notices.</summary>
    private Chat Chat => new(Store, attachments: new Recorder(Room));

    private ChatRoom Target => Chat.Room(Room);

    private IAttachmentNoticeStore Notices => Store.GetAbility<IAttachmentNoticeStore>() ?? throw new NotSupportedException($"{Store.GetType().Name} does not support attachments.");

    /// <summary>Runs a test. A store without attachments overrides it, and asserts that the test ends with a <see cref="NotSupportedException"/>.</summary>
    /// <param name="test">The test.</param>
    protected virtual Task RunAsync(Func<Task> test) => test();

    [Fact]
    public Task A_message_has_its_attachments_wherever_it_is_read() => RunAsync(async () =>
    {
        var plain = new Chat(Store).Room(Room);
        await AppendAsync("bob", "first");
        var before = await ReadAsync();
        await using var log = new WatchLog(Store.WatchAsync(Room, before.Position), before);
        await log.CaughtUpAsync();
        NewMessage message = new("alice", "") { Attachments = [Report, Picture], Metadata = new Dictionary<string, string> { ["a"] = "b" }, ReplyTo = 1 };

        var sent = await plain.SendAsync(message, Cancelled);

        var stored = await Store.GetAsync(Room, sent.Id, Cancelled);
        stored!.Attachments.Should().Equal(Report, Picture);
        (stored.Text, stored.Metadata["a"], stored.ReplyTo).Should().Be(("", "b", 1));
        (await ReadAsync()).Messages.Select(found => found.Attachments.Count).Should().Equal(0, 2);
        (await ReadAsync()).Messages[^1].Should().Be(stored);
        await log.ReachesAsync(sent.Position);
        log.Events.OfType<RoomEvent.Created>().Single().Message.Should().Be(stored);
        (await Store.ReadChangesAsync(Room, before.Position, 10, Cancelled)).Events.OfType<RoomEvent.Created>().Single().Message.Should().Be(stored);
    });

    [Fact]
    public Task A_repetition_has_the_same_attachments() => RunAsync(async () =>
    {
        var message = new NewMessage("alice", "look") { Attachments = [Picture], IdempotencyKey = "key" };
        var first = await Target.SendAsync(message, Cancelled);

        (await Target.SendAsync(message, Cancelled)).Should().Be(first with { IsDuplicate = true });
        (await Target.FindSentAsync(message, Cancelled))!.Id.Should().Be(first.Id);
        await Assert.ThrowsAsync<ChatIdempotencyConflictException>(() => Target.SendAsync(message with { Attachments = [Report] }, Cancelled));
        await Assert.ThrowsAsync<ChatIdempotencyConflictException>(() => Target.SendAsync(message with { Attachments = [] }, Cancelled));
        (await ReadAsync()).Messages.Should().ContainSingle();
    });

    [Fact]
    public Task A_batch_has_messages_with_and_without_attachments() => RunAsync(async () =>
    {
        var sent = await Target.SendManyAsync(
            [new("alice", "one"), new("bob", "two") { Attachments = [Picture] }, new("alice", "three") { Attachments = [Report, Picture], Mentions = [Mention.User("bob")] }, new("alice", "four")], Cancelled);

        (await ReadAsync()).Messages.Select(message => message.Attachments.Count).Should().Equal(0, 1, 2, 0);
        await Target.DeleteManyAsync(MessageSelection.Between(1, 1000), App, cancellationToken: Cancelled);
        (await NoticesAsync()).Should().BeEquivalentTo([(Room, sent[1].Id, "picture"), (Room, sent[2].Id, Report.Address), (Room, sent[2].Id, "picture")]);
    });

    [Fact]
    public Task An_edit_keeps_replaces_or_removes_them() => RunAsync(async () =>
    {
        await Target.SendAsync(new NewMessage("alice", "look") { Attachments = [Picture, Report] }, Cancelled);

        (await Target.EditAsync(1, "alice", "look here", Cancelled))!.Attachments.Should().Equal(Picture, Report);
        var present = await Target.EditAsync(1, "alice", new MessageEdit("look here") { Attachments = [Picture, Report] }, Cancelled);
        present!.Version.Should().Be(2, "nothing has changed");
        (await NoticesAsync()).Should().BeEmpty();

        var renamed = Picture with { Name = "cat.png" };
        (await Target.EditAsync(1, "alice", new MessageEdit("") { Attachments = [renamed] }, Cancelled))!.Attachments.Should().Equal(renamed);
        (await NoticesAsync()).Should().Equal((Room, 1, Report.Address));
        (await Target.EditAsync(1, "alice", new MessageEdit("nothing to see") { Attachments = [] }, Cancelled))!.Attachments.Should().BeEmpty();

        (await Store.GetAsync(Room, 1, Cancelled))!.Version.Should().Be(4);
        var notices = await Notices.ReadNoticesAsync(Room, 100, Cancelled);
        notices.Select(notice => notice.Reason).Should().Equal(ReleaseReason.Edited, ReleaseReason.Edited);
        notices.SelectMany(notice => notice.Attachments).Should().BeEquivalentTo([Report, renamed]);
    });

    [Fact]
    public Task An_edit_can_add_the_first_attachment_of_a_room() => RunAsync(async () =>
    {
        await Target.SendAsync("alice", "look", Cancelled);
        await Target.EditAsync(1, "alice", new MessageEdit("look") { Attachments = [Picture] }, Cancelled);

        await DeleteAsync(1);

        (await NoticesAsync()).Should().Equal((Room, 1, "picture"));
    });

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
    public Task Old_messages_are_like_new_ones() => RunAsync(async () =>
    {
        await Target.SendManyAsync([new("alice", "1") { Attachments = [Picture] }, new("alice", "2") { Attachments = [Report] }, new("alice", "3") { Attachments = [Report] }], Cancelled);
        await AppendManyAsync(600);
        await SettledAsync();

        await Target.EditAsync(1, "alice", new MessageEdit("one") { Attachments = [] }, Cancelled);
        await DeleteAsync(2);
        await Target.DeleteManyAsync(MessageSelection.Between(1, 300), App, cancellationToken: Cancelled);

        (await NoticesAsync()).Should().BeEquivalentTo([(Room, 1L, "picture"), (Room, 2L, Report.Address), (Room, 3L, Report.Address)]);
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
        var stores = new[] { Target, new Chat(OpenStore(), attachments: new Recorder(Room)).Room(Room) };

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
        var recorder = new Recorder(Room) { Failures = 2 };
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
        var recorder = new Recorder(Room);
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
        var recorder = new Recorder(Room) { Refused = "refused" };
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
        var recorder = new Recorder(Room) { Refused = "refused" };
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

    [Fact]
    public Task Scheduled_and_written_messages_have_them_too() => RunAsync(async () =>
    {
        await Target.Schedule.AddAsync(new NewMessage("alice", "") { Attachments = [Picture] }, (await NowAsync()).AddSeconds(-1), Cancelled);
        (await Target.Schedule.ListAsync("alice", Cancelled)).Single().Message.Attachments.Should().Equal(Picture);
        using var end = CancellationTokenSource.CreateLinkedTokenSource(Cancelled);
        var before = await ReadAsync();
        await using var log = new WatchLog(Store.WatchAsync(Room, before.Position), before);
        var running = Chat.RunScheduleAsync(end.Token);
        await log.UntilAsync(seen => seen.CreatedIds.Any());
        await end.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => running);

        await using (var writer = await Target.BeginAsync(new NewMessage("bob", "so") { Attachments = [Report] }, cancellationToken: Cancelled))
        {
            await writer.AppendAsync(" far", Cancelled);
            await writer.CompleteAsync(Cancelled);
        }

        (await ReadAsync()).Messages.Select(message => message.Attachments.Single()).Should().Equal(Picture, Report);
        (await ReadAsync()).Messages.Select(message => message.Text).Should().Equal("", "so far");
        await Target.DeleteManyAsync(MessageSelection.Between(1, 1000), App, cancellationToken: Cancelled);
        (await NoticesAsync()).Should().HaveCount(2);
    });

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

    private async Task<IReadOnlyList<(string Room, long MessageId, string Address)>> NoticesAsync() =>
    [
        .. (await Notices.ReadNoticesAsync(Room, 1000, Cancelled)).SelectMany(notice => notice.Attachments.Select(attachment => (notice.Room, notice.MessageId, attachment.Address))),
    ];

    /// <summary>Records the notices of one room, and refuses the others: those belong to other tests on the same server.</summary>
    private sealed class Recorder(string own) : IAttachmentStore
    {
        private readonly ConcurrentQueue<ReleasedAttachment> _released = new();
        private readonly TaskCompletionSource _two = new(TaskCreationOptions.RunContinuationsAsynchronously);

        /// <summary>How often to fail first.</summary>
        public int Failures { get; init; }

        /// <summary>What the addresses begin with that it always refuses.</summary>
        public string? Refused { get; init; }

        public int Failed { get; private set; }

        public IReadOnlyList<ReleasedAttachment> Released => [.. _released];

        public Task TwoAsync() => _two.Task;

        public ValueTask ReleasedAsync(IReadOnlyList<ReleasedAttachment> attachments, CancellationToken cancellationToken = default)
        {
            if (attachments.Any(attachment => attachment.Room != own && attachment.Room != new ThreadId(own, 1).RoomId))
            {
                throw new InvalidOperationException("It belongs to another test.");
            }

            if (Failed < Failures)
            {
                Failed++;
                throw new IOException("The disk is away.");
            }

            if (Refused is not null && attachments.Any(attachment => attachment.Attachment.Address.StartsWith(Refused, StringComparison.Ordinal)))
            {
                throw new IOException("The disk does not like it.");
            }

            foreach (var attachment in attachments)
            {
                _released.Enqueue(attachment);
            }

            if (_released.Count >= 2)
            {
                _two.TrySetResult();
            }

            return default;
        }
    }
}
