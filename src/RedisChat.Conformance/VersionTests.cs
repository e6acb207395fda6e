namespace RedisChat.Conformance;

/// <summary>Earlier versions of edited messages: kept only if asked for, bounded, seen by few, and gone with their message.</summary>
/// <param name="stores">Opens the store under test.</param>
public abstract class VersionTests(StoreFactory stores) : StoreTests(stores)
{
    /// <summary>Runs a test. A store without this ability overrides it, and asserts that the test ends with a <see cref="NotSupportedException"/>.</summary>
    /// <param name="test">The test.</param>
    protected virtual Task RunAsync(Func<Task> test) => test();

    [Fact]
    public Task An_edit_keeps_the_version_that_it_replaces() => RunAsync(async () =>
    {
        var room = Open(kept: 10);
        var sent = await room.SendAsync(new NewMessage("alice", "one") { Metadata = new Dictionary<string, string> { ["lang"] = "en" } }, Cancelled);
        var second = await room.EditAsync(1, "alice", "two \"\n😀", Cancelled);
        await room.EditAsync(1, "alice", "three", new Dictionary<string, string>(), Cancelled);

        var versions = await room.Versions.ListAsync(1, "alice", Cancelled);

        versions.Select(version => (version.Version, version.Text)).Should().Equal((1, "one"), (2, "two \"\n😀"));
        versions.Select(version => version.WrittenAt).Should().Equal(sent.Timestamp, second!.EditedAt!.Value);
        versions.Should().OnlyContain(version => version.Metadata["lang"] == "en");
        (await room.GetAsync(1, Cancelled))!.Version.Should().Be(3);
    });

    [Fact]
    public Task Nothing_is_kept_unless_the_option_says_so() => RunAsync(async () =>
    {
        var room = Open(kept: 0);
        await room.SendAsync("alice", "one", Cancelled);
        await room.EditAsync(1, "alice", "two", Cancelled);

        (await room.Versions.ListAsync(1, Actor.Application, Cancelled)).Should().BeEmpty();
    });

    [Fact]
    public Task Only_the_last_versions_are_kept() => RunAsync(async () =>
    {
        var room = Open(kept: 3);
        await room.SendAsync("alice", "1", Cancelled);
        for (var n = 2; n <= 10; n++)
        {
            await room.EditAsync(1, "alice", $"{n}", Cancelled);
        }

        (await room.Versions.ListAsync(1, "alice", Cancelled)).Select(version => version.Text).Should().Equal("7", "8", "9");
    });

    [Fact]
    public Task An_edit_that_changes_nothing_keeps_nothing() => RunAsync(async () =>
    {
        var room = Open(kept: 3);
        await room.SendAsync("alice", "same", Cancelled);
        await room.EditAsync(1, "alice", "same", Cancelled);

        (await room.Versions.ListAsync(1, "alice", Cancelled)).Should().BeEmpty();
    });

    [Fact]
    public Task Edits_at_the_same_time_keep_each_version_once() => RunAsync(async () =>
    {
        var (one, other) = (Open(kept: 100), Open(kept: 100, OpenStore()));
        await one.SendAsync("alice", "first", Cancelled);

        await Task.WhenAll(Enumerable.Range(0, 20).Select(n => (n % 2 == 0 ? one : other).EditAsync(1, Actor.Application, $"edit {n}", Cancelled)));

        var message = await one.GetAsync(1, Cancelled);
        var versions = await one.Versions.ListAsync(1, Actor.Application, Cancelled);
        versions.Select(version => version.Version).Should().Equal(Enumerable.Range(1, 20));
        versions.Select(version => version.Text).Append(message!.Text).Should().BeEquivalentTo(Enumerable.Range(0, 20).Select(n => $"edit {n}").Append("first"));
    });

    [Fact]
    public Task A_deleted_message_has_no_versions() => RunAsync(async () =>
    {
        var room = Open(kept: 5);
        for (var id = 1; id <= 12; id++)
        {
            await room.SendAsync("alice", $"{id}", Cancelled);
            await room.EditAsync(id, "alice", $"{id}, edited", Cancelled);
        }

        await room.DeleteAsync(1, "alice", cancellationToken: Cancelled);
        await room.DeleteManyAsync(MessageSelection.Of(2, 3, 12), Actor.Application, cancellationToken: Cancelled);

        foreach (var id in new[] { 1, 2, 3, 12 })
        {
            (await room.Versions.ListAsync(id, Actor.Application, Cancelled)).Should().BeEmpty();
        }

        (await room.Versions.ListAsync(11, Actor.Application, Cancelled)).Should().ContainSingle().Which.Text.Should().Be("11");
        (await room.Versions.ListAsync(100, "alice", Cancelled)).Should().BeEmpty("there is no such message");
    });

    [Fact]
    public Task Versions_are_seen_by_the_author_and_by_those_who_may_delete_the_message() => RunAsync(async () =>
    {
        var room = Open(kept: 5);
        await room.SendAsync("alice", "one", Cancelled);
        await room.EditAsync(1, "alice", "two", Cancelled);
        await RefusedAsync(room, "bob", ForbiddenReason.NotAuthor);

        await room.Members.JoinAsync("alice", Cancelled);
        await room.Members.SetRoleAsync("olga", RoomRole.Moderator, Actor.Application, cancellationToken: Cancelled);
        await room.Members.BanAsync("mallory", Actor.Application, cancellationToken: Cancelled);

        (await room.Versions.ListAsync(1, "alice", Cancelled)).Should().HaveCount(1);
        (await room.Versions.ListAsync(1, "olga", Cancelled)).Should().HaveCount(1);
        (await room.Versions.ListAsync(1, Actor.Application, Cancelled)).Should().HaveCount(1);
        await RefusedAsync(room, "bob", ForbiddenReason.NotAuthor);
        await RefusedAsync(room, "mallory", ForbiddenReason.Banned);
        await room.Members.BanAsync("alice", Actor.Application, cancellationToken: Cancelled);
        await RefusedAsync(room, "alice", ForbiddenReason.Banned);
    });

    [Fact]
    public Task Versions_outlive_many_later_messages() => RunAsync(async () =>
    {
        var room = Open(kept: 5);
        await room.SendAsync("alice", "one", Cancelled);
        await room.EditAsync(1, "alice", "two", Cancelled);
        await AppendManyAsync(600);
        await SettledAsync();
        await room.EditAsync(1, "alice", "three", Cancelled);
        await room.EditAsync(200, Actor.Application, "changed", Cancelled);

        (await room.Versions.ListAsync(1, "alice", Cancelled)).Select(version => version.Text).Should().Equal("one", "two");
        (await room.Versions.ListAsync(200, Actor.Application, Cancelled)).Should().HaveCount(1);
        await room.DeleteAsync(1, "alice", cancellationToken: Cancelled);
        (await room.Versions.ListAsync(1, Actor.Application, Cancelled)).Should().BeEmpty();
    });

    private static async Task RefusedAsync(ChatRoom room, string user, ForbiddenReason reason) =>
        (await Assert.ThrowsAsync<ChatForbiddenException>(() => room.Versions.ListAsync(1, user, Cancelled))).Reason.Should().Be(reason);

    private ChatRoom Open(int kept, IMessageStore? store = null) => new Chat(store ?? Store, new ChatOptions { KeptVersions = kept }).Room(Room);
}
