namespace RedisChat.Conformance;

/// <summary>Link previews: written after the message without being an edit, only for links that are in its text, live and when catching up.</summary>
/// <param name="stores">Opens the store under test.</param>
public abstract class LinkPreviewTests(StoreFactory stores) : StoreTests(stores)
{
    private const string One = "https://one.example/a?b=c";
    private const string Two = "http://two.example";
    private const string Text = $"See {One}, and {Two}.";

    private static readonly LinkPreview First = new() { Address = One, Title = "One \"1\"", Description = "two\nlines 👍", Image = "https://one.example/i.png", SiteName = "Öne" };
    private static readonly LinkPreview Second = new() { Address = Two, Title = "Two" };

    private ChatRoom Target => new Chat(Store).Room(Room);

    /// <summary>Runs a test. A store without link previews overrides it, and asserts that the test ends with a <see cref="NotSupportedException"/>.</summary>
    /// <param name="test">The test.</param>
    protected virtual Task RunAsync(Func<Task> test) => test();

    [Fact]
    public Task Previews_are_part_of_the_message_and_no_edit() => RunAsync(async () =>
    {
        var sent = new NewMessage("alice", Text) { Metadata = new Dictionary<string, string> { ["a"] = "b" }, Mentions = [Mention.User("bob")], IdempotencyKey = "key" };
        await Target.SendAsync(sent, Cancelled);
        await Target.EditAsync(1, "alice", $"{Text} ", Cancelled);
        var before = (await ReadAsync()).Messages.Single();

        var changed = await Target.Previews.SetAsync(1, [Second, First], Cancelled);

        changed!.Previews.Should().Equal(First, Second);
        changed.Should().Be(before with { Previews = [First, Second] });
        (changed.Version, changed.EditedAt).Should().Be((2, before.EditedAt));
        (await Store.GetAsync(Room, 1, Cancelled)).Should().Be(changed);
        (await ReadAsync()).Messages.Should().Equal(changed);
        (await Target.FindSentAsync(sent, Cancelled))!.Id.Should().Be(1);
    });

    [Fact]
    public Task Previews_of_links_that_are_not_in_the_text_are_left_out() => RunAsync(async () =>
    {
        await Target.SendAsync("alice", $"Only {Two}", Cancelled);
        await Target.SendAsync("alice", "none", Cancelled);
        var before = (await ReadAsync()).Position;

        (await Target.Previews.SetAsync(2, [First, Second], Cancelled))!.Previews.Should().BeEmpty();
        (await ReadAsync()).Position.Should().Be(before);
        (await Target.Previews.SetAsync(1, [First, Second], Cancelled))!.Previews.Should().Equal(Second);
    });

    [Fact]
    public Task Writing_the_same_again_changes_nothing_and_none_removes_them() => RunAsync(async () =>
    {
        await Target.SendAsync("alice", Text, Cancelled);
        await Target.Previews.SetAsync(1, [First, Second], Cancelled);
        var before = (await ReadAsync()).Position;

        await Target.Previews.SetAsync(1, [Second, First], Cancelled);
        (await ReadAsync()).Position.Should().Be(before);

        (await Target.Previews.SetAsync(1, [First with { Title = "1" }], Cancelled))!.Previews.Should().Equal(First with { Title = "1" });
        (await Target.Previews.SetAsync(1, [], Cancelled))!.Previews.Should().BeEmpty();
        (await ReadAsync()).Messages.Single().Should().Be((await Store.GetAsync(Room, 1, Cancelled))!).And.Match<Message>(message => message.Previews.Count == 0);
    });

    [Fact]
    public Task A_message_that_does_not_exist_has_none() => RunAsync(async () =>
    {
        await Target.SendAsync("alice", Text, Cancelled);
        await DeleteAsync(1);
        var before = (await ReadAsync()).Position;

        (await Target.Previews.SetAsync(1, [First], Cancelled)).Should().BeNull();
        (await Target.Previews.SetAsync(2, [First], Cancelled)).Should().BeNull();
        (await new Chat(Store).Room(NewRoom()).Previews.SetAsync(1, [First], Cancelled)).Should().BeNull();

        (await ReadAsync()).Position.Should().Be(before);
    });

    [Fact]
    public Task An_edit_removes_the_previews_of_the_links_that_it_removes_in_the_same_step() => RunAsync(async () =>
    {
        await Target.SendAsync("alice", Text, Cancelled);
        await Target.Previews.SetAsync(1, [First, Second], Cancelled);
        await using var log = new WatchLog(Store.WatchAsync(Room, cancellationToken: Cancelled));
        await log.CaughtUpAsync();

        (await Target.EditAsync(1, "alice", Text, new Dictionary<string, string> { ["a"] = "b" }, Cancelled))!.Previews.Should().Equal(First, Second);
        await ReachesAsync(log);
        (await Target.EditAsync(1, "alice", $"{Two} and {One}", Cancelled))!.Previews.Should().Equal(Second, First);
        await ReachesAsync(log);
        (await Target.EditAsync(1, "alice", $"{Two} alone, not {One}d", Cancelled))!.Previews.Should().Equal(Second);
        await ReachesAsync(log);
        var last = await Target.EditAsync(1, "alice", "nothing", Cancelled);

        last!.Previews.Should().BeEmpty();
        (await ReadAsync()).Messages.Should().Equal(last);
        await log.ReachesAsync((await ReadAsync()).Position);
        log.Events.OfType<RoomEvent.Edited>().Select(edited => edited.Message.Previews.Count).Should().Equal(2, 2, 1, 0);
        log.Events.Should().NotContain(happened => happened is RoomEvent.PreviewsChanged);
    });

    [Fact]
    public Task Old_messages_are_like_new_ones() => RunAsync(async () =>
    {
        await Target.SendAsync("alice", Text, Cancelled);
        await AppendManyAsync(600);
        await SettledAsync();

        (await Target.Previews.SetAsync(1, [First], Cancelled))!.Previews.Should().Equal(First);
        (await Target.EditAsync(1, "alice", $"Now {One}", Cancelled))!.Previews.Should().Equal(First);

        (await Store.GetAsync(Room, 1, Cancelled))!.Previews.Should().Equal(First);
        (await Target.ReceiveAsync(new MessageQuery { Before = 3 }, Cancelled)).Messages.Select(message => message.Previews.Count).Should().Equal(1, 0);
        await DeleteAsync(1);
        (await Target.Previews.SetAsync(1, [First], Cancelled)).Should().BeNull();
    });

    [Fact]
    public Task A_watcher_receives_each_change_once() => RunAsync(async () =>
    {
        await Target.SendAsync("alice", Text, Cancelled);
        var known = await ReadAsync();
        await using var log = new WatchLog(Store.WatchAsync(Room, known.Position), known);
        await log.CaughtUpAsync();

        await Target.Previews.SetAsync(1, [First], Cancelled);
        await Target.Previews.SetAsync(1, [First], Cancelled);
        await ReachesAsync(log);
        await Target.Previews.SetAsync(1, [First, Second], Cancelled);
        await ReachesAsync(log);
        await Target.Previews.SetAsync(1, [], Cancelled);
        await log.ReachesAsync((await ReadAsync()).Position);

        log.Events.OfType<RoomEvent.PreviewsChanged>().Select(changed => (changed.MessageId, changed.Previews.Count)).Should().Equal((1, 1), (1, 2), (1, 0));
        log.Events.OfType<RoomEvent.PreviewsChanged>().First().Previews.Should().Equal(First);
        log.Events.Should().NotContain(happened => happened is RoomEvent.Gap || happened is RoomEvent.Edited);
        log.Room.Should().Equal((await ReadAsync()).Messages);
    });

    [Fact]
    public Task Catching_up_delivers_the_present_state_of_each_message_once() => RunAsync(async () =>
    {
        for (var n = 0; n < 4; n++)
        {
            await Target.SendAsync("alice", Text, Cancelled);
        }

        var known = await ReadAsync();
        await Target.Previews.SetAsync(1, [First], Cancelled);
        await Target.Previews.SetAsync(2, [First], Cancelled);
        await Target.Previews.SetAsync(1, [Second], Cancelled);
        await Target.Previews.SetAsync(3, [First], Cancelled);
        await DeleteAsync(3);
        await Target.SendAsync("alice", Text, Cancelled);
        await Target.Previews.SetAsync(5, [Second], Cancelled);

        var changes = await Store.ReadChangesAsync(Room, known.Position, 100, Cancelled);

        changes.Events.OfType<RoomEvent.PreviewsChanged>().Select(changed => (changed.MessageId, changed.Previews.Single().Address)).Should().BeEquivalentTo([(1L, Two), (2L, One)]);
        changes.Events.OfType<RoomEvent.Created>().Single().Message.Previews.Should().Equal(Second);
        changes.Position.Should().Be((await ReadAsync()).Position);
        (await Store.ReadChangesAsync(Room, changes.Position, 100, Cancelled)).Events.Should().BeEmpty();
        (await Store.ReadChangesAsync(Room, RoomPosition.Start, 100, Cancelled)).Events.Should().OnlyContain(happened => happened is RoomEvent.Created);
        await using var log = new WatchLog(Store.WatchAsync(Room, known.Position), known);
        await log.ReachesAsync(changes.Position);
        log.Room.Should().Equal((await ReadAsync()).Messages);
    });

    [Fact]
    public Task Edits_at_once_never_leave_a_preview_whose_link_is_gone() => RunAsync(async () =>
    {
        await Target.SendAsync("alice", Text, Cancelled);
        var other = new Chat(OpenStore()).Room(Room);
        var known = await ReadAsync();
        await using var log = new WatchLog(Store.WatchAsync(Room, known.Position), known);
        await log.CaughtUpAsync();

        await Task.WhenAll(Enumerable.Range(0, 40).Select(n => (n % 4) switch
        {
            0 => Target.Previews.SetAsync(1, [First, Second], Cancelled),
            1 => other.EditAsync(1, "alice", $"{One} {n}", Cancelled),
            2 => other.Previews.SetAsync(1, [Second with { Title = $"{n}" }], Cancelled),
            _ => Target.EditAsync(1, "alice", $"{Two} {n}", Cancelled),
        }));
        var last = await Target.EditAsync(1, "alice", $"Only {One}", Cancelled);

        last!.Previews.Where(preview => preview.Address != One).Should().BeEmpty();
        await log.ReachesAsync((await ReadAsync()).Position);
        log.Room.Should().Equal((await ReadAsync()).Messages);
        log.Events.OfType<RoomEvent.Edited>().Should().OnlyContain(edited => edited.Message.Previews.All(preview => edited.Message.Text.Contains(preview.Address, StringComparison.Ordinal)));
    });

    [Fact]
    public Task A_chat_with_a_previewer_writes_them_by_itself() => RunAsync(async () =>
    {
        var chat = new Chat(Store, previewer: new Titles());
        var room = chat.Room(Room);
        await using var log = new WatchLog(Store.WatchAsync(Room, RoomPosition.Start, Cancelled));
        await log.CaughtUpAsync();

        await room.SendAsync("alice", $"{Two} https://fails.example https://none.example {One}", Cancelled);
        await log.UntilAsync(seen => seen.Room is [{ Previews.Count: 2 }]);
        (await Store.GetAsync(Room, 1, Cancelled))!.Previews.Select(preview => (preview.Address, preview.Title)).Should().Equal((Two, "Title of two.example"), (One, "Title of one.example"));

        await room.EditAsync(1, "alice", $"{One} https://three.example/x", Cancelled);
        await log.UntilAsync(seen => seen.Room is [{ Version: 2, Previews.Count: 2 }]);
        (await Store.GetAsync(Room, 1, Cancelled))!.Previews.Select(preview => preview.Title).Should().Equal("Title of one.example", "Title of three.example");
        (await Store.GetAsync(Room, 1, Cancelled))!.Version.Should().Be(2);
    });

    private sealed class Titles : ILinkPreviewer
    {
        public ValueTask<LinkPreview?> PreviewAsync(Uri link, CancellationToken cancellationToken = default) => link.Host switch
        {
            "fails.example" => throw new HttpRequestException("no"),
            "none.example" => new((LinkPreview?)null),
            var host => new(new LinkPreview { Address = "", Title = $"Title of {host}" }),
        };
    }
}
