namespace RedisChat.Conformance;

/// <summary>Settings of rooms, and the overview of a room.</summary>
/// <param name="stores">Opens the store under test.</param>
public abstract class RoomSettingsTests(StoreFactory stores) : StoreTests(stores)
{
    internal static readonly RoomAbout Club = new()
    {
        Name = "The Club \"♣\"",
        Topic = "Chess, and \\ other games 😀",
        Metadata = new Dictionary<string, string> { ["color"] = "red", ["Größe"] = "" },
    };

    private Chat Chat => new(Store);

    private RoomDirectory Rooms => Chat.Rooms;

    /// <summary>Runs a test. A store without settings of rooms overrides this, and asserts that the test ends with a <see cref="NotSupportedException"/>.</summary>
    /// <param name="test">The test.</param>
    protected virtual Task RunAsync(Func<Task> test) => test();

    [Fact]
    public Task Owners_and_the_application_change_settings_and_others_do_not() => RunAsync(async () =>
    {
        await Rooms.CreateAsync(Room, Club, owner: "olga", cancellationToken: Cancelled);
        await Chat.Room(Room).Members.JoinAsync("alice", Cancelled);

        (await Rooms.SetTopicAsync(Room, "Go", "olga", Cancelled)).Should().Be(Club with { Topic = "Go" });
        (await Rooms.RenameAsync(Room, "", Actor.Application, Cancelled)).Should().Be(Club with { Topic = "Go", Name = "" });
        (await RefusedAsync(() => Rooms.RenameAsync(Room, "Mine", "alice", Cancelled))).Should().Be(ForbiddenReason.NotPermitted);
        (await RefusedAsync(() => Rooms.RenameAsync(Room, "Mine", "stranger", Cancelled))).Should().Be(ForbiddenReason.NotMember);

        (await Rooms.GetInfoAsync(Room, Cancelled)).About.Should().Be(Club with { Topic = "Go", Name = "" });
    });

    [Fact]
    public Task In_a_room_without_rules_only_the_application_changes_settings() => RunAsync(async () =>
    {
        await AppendAsync("alice", "hello");
        (await Rooms.GetInfoAsync(Room, Cancelled)).Exists.Should().BeTrue();
        var position = (await ReadAsync()).Position;

        (await RefusedAsync(() => Rooms.RenameAsync(Room, "Mine", "alice", Cancelled))).Should().Be(ForbiddenReason.NotMember);

        (await ReadAsync()).Position.Should().Be(position);
        (await Rooms.GetInfoAsync(Room, Cancelled)).About.Should().BeNull();
        (await Rooms.RenameAsync(Room, "Ours", Actor.Application, Cancelled)).Name.Should().Be("Ours");
    });

    [Fact]
    public Task A_change_that_changes_nothing_raises_nothing() => RunAsync(async () =>
    {
        await Rooms.CreateAsync(Room, Club, cancellationToken: Cancelled);
        var position = (await ReadAsync()).Position;

        await Rooms.RenameAsync(Room, Club.Name, Actor.Application, Cancelled);

        (await ReadAsync()).Position.Should().Be(position);
    });

    [Fact]
    public Task Changes_at_the_same_time_are_all_made() => RunAsync(async () =>
    {
        await Rooms.CreateAsync(Room, RoomAbout.None, cancellationToken: Cancelled);
        Chat[] chats = [Chat, new(OpenStore())];

        await Task.WhenAll(Enumerable.Range(0, 16).Select(n => chats[n % 2].Rooms.DescribeAsync(
            Room, Actor.Application, about => about with { Metadata = about.Metadata.Append(new($"key {n}", $"{n}")).ToDictionary() }, Cancelled)));

        (await Rooms.GetInfoAsync(Room, Cancelled)).About!.Metadata.Should().HaveCount(16);
    });

    [Fact]
    public Task Watchers_receive_changed_settings_live_and_when_catching_up() => RunAsync(async () =>
    {
        await AppendAsync("alice", "hello");
        var before = (await ReadAsync()).Position;
        await using var log = new WatchLog(Store.WatchAsync(Room, before, Cancelled));
        await log.CaughtUpAsync();

        await Rooms.CreateAsync(Room, Club, owner: "olga", cancellationToken: Cancelled);
        await ReachesAsync(log);
        await Rooms.SetTopicAsync(Room, "Go", "olga", Cancelled);
        await ReachesAsync(log);
        var renamed = await Rooms.RenameAsync(Room, "Last", "olga", Cancelled);
        await log.UntilAsync(seen => seen.Events[^1] is RoomEvent.AboutChanged { About.Name: "Last" });

        log.Events.OfType<RoomEvent.AboutChanged>().Select(happened => (happened.About, happened.By)).Should().Equal(
            (Club, null), (Club with { Topic = "Go" }, "olga"), (renamed, "olga"));
        var missed = await Store.ReadChangesAsync(Room, before, 10, Cancelled);
        missed.Events.OfType<RoomEvent.AboutChanged>().Should().ContainSingle().Which.About.Should().Be(renamed);
        missed.Events.OfType<RoomEvent.MemberChanged>().Should().ContainSingle();
        missed.Position.Should().Be(log.Position);
    });

    [Fact]
    public Task An_archived_room_is_read_only_until_it_is_taken_out() => RunAsync(async () =>
    {
        await Rooms.CreateAsync(Room, Club, owner: "olga", cancellationToken: Cancelled);

        (await Rooms.ArchiveAsync(Room, "olga", Cancelled)).IsArchived.Should().BeTrue();
        (await RefusedAsync(() => Chat.SendAsync(Room, "olga", "hello", Cancelled))).Should().Be(ForbiddenReason.Archived);
        (await RefusedAsync(() => Rooms.RenameAsync(Room, "New", "olga", Cancelled))).Should().Be(ForbiddenReason.Archived);
        (await Rooms.GetInfoAsync(Room, Cancelled)).Rules.IsArchived.Should().BeTrue();

        (await Rooms.UnarchiveAsync(Room, "olga", Cancelled)).IsArchived.Should().BeFalse();
        await Chat.SendAsync(Room, "olga", "hello", Cancelled);
    });

    [Fact]
    public Task The_overview_counts_messages_and_members_and_names_the_last_message() => RunAsync(async () =>
    {
        await AppendManyAsync(200);
        var last = await AppendAsync("alice", "last");
        foreach (var id in new[] { 3L, 4, 150 })
        {
            (await DeleteAsync(id)).Should().BeTrue();
        }

        (await DeleteAsync(3)).Should().BeFalse();
        await Chat.Room(Room).Members.JoinAsync("alice", Cancelled);
        await Chat.Room(Room).Members.JoinAsync("bob", Cancelled);
        var never = NewRoom();

        var infos = await Rooms.GetInfoAsync([Room, never, Room], Cancelled);

        infos.Select(info => info.Id).Should().Equal(Room, never, Room);
        infos[0].Should().Be(
            new RoomInfo { Id = Room, Exists = true, LastMessageId = 201, LastMessageAt = last.Timestamp, Messages = 198, Members = 2 });
        infos[1].Should().Be(new RoomInfo { Id = never });
        (await Rooms.GetInfoAsync([], Cancelled)).Should().BeEmpty();
        await DeleteAsync(201);
        infos = await Rooms.GetInfoAsync([Room], Cancelled);
        (infos[0].LastMessageId, infos[0].Messages).Should().Be((201, 197));
    });

    [Fact]
    public Task Bad_input_is_refused_before_anything_happens() => RunAsync(async () =>
    {
        (await Rooms.GetInfoAsync(Room, Cancelled)).Exists.Should().BeFalse();
        var tooLong = new string('é', 64) + "x";
        await InvalidAsync(() => Rooms.CreateAsync(tooLong, Club, cancellationToken: Cancelled));
        await InvalidAsync(() => Rooms.CreateAsync("", Club, cancellationToken: Cancelled));
        await InvalidAsync(() => Rooms.CreateAsync("direct~1", Club, cancellationToken: Cancelled));
        await InvalidAsync(() => Rooms.CreateAsync(Room, null!, cancellationToken: Cancelled));
        await InvalidAsync(() => Rooms.CreateAsync(Room, new RoomAbout { Name = tooLong }, cancellationToken: Cancelled));
        await InvalidAsync(() => Rooms.CreateAsync(Room, new RoomAbout { Name = "two\nlines" }, cancellationToken: Cancelled));
        await InvalidAsync(() => Rooms.CreateAsync(Room, new RoomAbout { Topic = new string('x', 1025) }, cancellationToken: Cancelled));
        await InvalidAsync(() => Rooms.CreateAsync(Room, new RoomAbout { Topic = "\ud800" }, cancellationToken: Cancelled));
        await InvalidAsync(() => Rooms.CreateAsync(Room, Club, owner: tooLong, cancellationToken: Cancelled));
        await InvalidAsync(() => Rooms.CreateAsync(Room, Club, new RuleSet { Roles = [] }, cancellationToken: Cancelled));
        await InvalidAsync(() => Rooms.RenameAsync(Room, "a\tb", Actor.Application, Cancelled));
        await InvalidAsync(() => Rooms.SetTopicAsync(Room, null!, Actor.Application, Cancelled));
        await InvalidAsync(() => Rooms.DescribeAsync(Room, default, about => about, Cancelled));
        await InvalidAsync(() => Rooms.DescribeAsync(Room, Actor.Application, _ => null!, Cancelled));
        await InvalidAsync(() => Rooms.GetInfoAsync([Room, tooLong], Cancelled));
        await InvalidAsync(() => Rooms.DirectAsync("alice", tooLong, Cancelled));
        await InvalidAsync(() => Rooms.DeleteAsync(tooLong, Actor.Application, cancellationToken: Cancelled));
        await InvalidAsync(() => Rooms.DeleteAsync(Room, default, cancellationToken: Cancelled));

        (await Rooms.GetInfoAsync(Room, Cancelled)).Should().Be(new RoomInfo { Id = Room });

        static async Task InvalidAsync(Func<Task> call) => await Assert.ThrowsAsync<ChatInputException>(call);
    });

    private static async Task<ForbiddenReason> RefusedAsync(Func<Task> call) => (await Assert.ThrowsAsync<ChatForbiddenException>(call)).Reason;
}
