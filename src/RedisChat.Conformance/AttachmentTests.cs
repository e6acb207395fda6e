namespace RedisChat.Conformance;

/// <summary>Attachments: stored, edited and deleted with their message.</summary>
/// <param name="stores">Opens the store under test.</param>
public abstract class AttachmentTests(StoreFactory stores) : StoreTests(stores)
{
    private static readonly Actor App = Actor.Application;

    internal static readonly Attachment Picture = new()
    {
        Kind = AttachmentKinds.Image,
        Name = "Kätzchen \"1\".png",
        MediaType = "image/png",
        Size = (1L << 53) - 1,
        Address = "picture",
        Preview = new AttachmentPreview { Text = "two\nlines 👍", Address = "picture/small", Width = 640, Height = 480 },
    };

    internal static readonly Attachment Report = new() { Kind = "x-report-2", Name = "report.pdf", MediaType = "application/pdf", Size = 0, Address = "https://example.org/report?a=1" };

    /// <summary>A chat of an application that wants notices.</summary>
    private Chat Chat => new(Store, attachments: new AttachmentRecorder(Room));

    private ChatRoom Target => Chat.Room(Room);

    private IAttachmentNoticeStore Notices => AttachmentNoticeTests.Of(Store);

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

    private Task<IReadOnlyList<(string Room, long MessageId, string Address)>> NoticesAsync() => AttachmentNoticeTests.AddressesAsync(Store, Room);
}
