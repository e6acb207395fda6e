namespace RedisChat.Conformance;

/// <summary>Creating rooms: each is created once, with its rules, its owner and its settings, whatever it was before.</summary>
/// <param name="stores">Opens the store under test.</param>
public abstract class RoomCreationTests(StoreFactory stores) : StoreTests(stores)
{
    private static RoomAbout Club => RoomSettingsTests.Club;

    private Chat Chat => new(Store);

    private RoomDirectory Rooms => Chat.Rooms;

    /// <summary>Runs a test. A store without settings of rooms overrides this, and asserts that the test ends with a <see cref="NotSupportedException"/>.</summary>
    /// <param name="test">The test.</param>
    protected virtual Task RunAsync(Func<Task> test) => test();

    [Fact]
    public Task A_created_room_has_its_settings_rules_and_owner() => RunAsync(async () =>
    {
        var created = await Rooms.CreateAsync(Room, Club, RuleSet.MembersOnly, "olga", Cancelled);

        created.Should().Be(new RoomCreation(Club, IsNew: true));
        (await Rooms.GetInfoAsync(Room, Cancelled)).Should().Be(
            new RoomInfo { Id = Room, Exists = true, About = Club, Rules = RuleSet.MembersOnly, Members = 1 });
        (await Chat.Room(Room).Members.GetAsync("olga", Cancelled))!.Role.Should().Be(RoomRole.Owner);
        await Assert.ThrowsAsync<ChatForbiddenException>(() => Chat.SendAsync(Room, "bob", "hello", Cancelled));
    });

    [Fact]
    public Task Creating_a_room_again_changes_nothing_and_says_so() => RunAsync(async () =>
    {
        await Rooms.CreateAsync(Room, Club, RuleSet.MembersOnly, "olga", Cancelled);
        await Rooms.RenameAsync(Room, "Renamed", "olga", Cancelled);
        var position = (await ReadAsync()).Position;

        (await Rooms.CreateAsync(Room, Club, RuleSet.MembersOnly, "olga", Cancelled)).Should().Be(new RoomCreation(Club with { Name = "Renamed" }, IsNew: false));
        (await Rooms.CreateAsync(Room, RoomAbout.None, RuleSet.Open, "mallory", Cancelled)).IsNew.Should().BeFalse();

        (await ReadAsync()).Position.Should().Be(position);
        (await Chat.Room(Room).Members.GetAsync("mallory", Cancelled)).Should().BeNull();
    });

    [Fact]
    public Task Of_many_who_create_a_room_at_once_one_does() => RunAsync(async () =>
    {
        string[] users = ["alice", "bob", "carol", "dave"];
        Chat[] chats = [Chat, new(OpenStore())];

        // Several rooms, because callers of one may happen to come one after the other. Half of them have messages already.
        for (var attempt = 0; attempt < 8; attempt++)
        {
            var room = $"{Room} {attempt}";
            if (attempt % 2 == 1)
            {
                await AppendAsync("erin", "hello", room: room);
            }

            var created = await Task.WhenAll(users.Select((user, n) => chats[n % 2].Rooms.CreateAsync(room, new RoomAbout { Name = user }, RulesOf(user), user, Cancelled)));

            created.Where(creation => creation.IsNew).Should().ContainSingle();
            var winner = created.Single(creation => creation.IsNew).About.Name;
            created.Should().OnlyContain(creation => creation.About.Name == winner);
            var info = await Rooms.GetInfoAsync(room, Cancelled);
            (info.About!.Name, info.Rules, info.Members).Should().Be((winner, RulesOf(winner), 1L));
            var owner = (await Chat.Room(room).Members.ListAsync(cancellationToken: Cancelled)).Members.Should().ContainSingle().Which;
            (owner.User, owner.Role).Should().Be((winner, RoomRole.Owner));
            (await Chat.Room(room).ReadChangesAsync(RoomPosition.Start, cancellationToken: Cancelled)).Events.Where(happened => happened is not RoomEvent.Created)
                .Select(happened => happened.GetType()).Should().Equal(typeof(RoomEvent.RulesChanged), typeof(RoomEvent.MemberChanged), typeof(RoomEvent.AboutChanged));
        }

        RuleSet RulesOf(string user) => RuleSet.MembersOnly with { SlowMode = TimeSpan.FromSeconds(1 + Array.IndexOf(users, user)) };
    });

    [Fact]
    public Task Watchers_of_a_room_that_is_created_receive_its_rules_its_owner_and_its_settings() => RunAsync(async () =>
    {
        await AppendAsync("alice", "hello");
        var before = (await ReadAsync()).Position;
        await using var log = new WatchLog(Store.WatchAsync(Room, before, Cancelled));
        await log.CaughtUpAsync();

        await Rooms.CreateAsync(Room, Club, RuleSet.MembersOnly, "olga", Cancelled);
        await log.UntilAsync(seen => seen.Events.Count > 0 && seen.Events[^1] is RoomEvent.AboutChanged);

        var live = log.Events.Where(happened => happened is RoomEvent.RulesChanged or RoomEvent.MemberChanged or RoomEvent.AboutChanged).ToList();
        var missed = await Store.ReadChangesAsync(Room, before, 10, Cancelled);
        foreach (var events in new[] { live, missed.Events })
        {
            events.Select(happened => happened.GetType()).Should().Equal(typeof(RoomEvent.RulesChanged), typeof(RoomEvent.MemberChanged), typeof(RoomEvent.AboutChanged));
            ((RoomEvent.RulesChanged)events[0]).Rules.Should().Be(RuleSet.MembersOnly);
            var owner = ((RoomEvent.MemberChanged)events[1]).Member;
            (owner.User, owner.Role).Should().Be(("olga", RoomRole.Owner));
            ((RoomEvent.AboutChanged)events[2]).About.Should().Be(Club);
        }

        missed.Events.Select(happened => happened.Position).Should().Equal(live.Select(happened => happened.Position)).And.BeInAscendingOrder(position => position.Revision);
        missed.Position.Should().Be(log.Position);

        // A reader that stopped between two of the events goes on from there.
        for (var seen = 0; seen < live.Count; seen++)
        {
            (await Store.ReadChangesAsync(Room, live[seen].Position, 10, Cancelled)).Events.Select(happened => happened.GetType())
                .Should().Equal(live.Skip(seen + 1).Select(happened => happened.GetType()));
        }
    });

    [Fact]
    public Task A_creation_that_is_refused_changes_nothing() => RunAsync(async () =>
    {
        var mallory = InboxTests.NewUser();
        await AppendAsync("alice", "hello");
        await Chat.Room(Room).Members.BanAsync(mallory, Actor.Application, cancellationToken: Cancelled);
        var before = (await ReadAsync()).Position;
        var info = await Rooms.GetInfoAsync(Room, Cancelled);

        (await RefusedAsync(() => Rooms.CreateAsync(Room, Club, RuleSet.MembersOnly, mallory, Cancelled))).Should().Be(ForbiddenReason.Banned);

        (await ReadAsync()).Position.Should().Be(before);
        (await Rooms.GetInfoAsync(Room, Cancelled)).Should().Be(info);
        (await Chat.User(mallory).Inbox.ListAsync(cancellationToken: Cancelled)).Rooms.Should().BeEmpty();
    });

    [Fact]
    public Task A_room_that_has_an_owner_keeps_it_and_gets_the_rules_and_settings() => RunAsync(async () =>
    {
        await Chat.Room(Room).Members.SetRoleAsync("olga", RoomRole.Owner, Actor.Application, cancellationToken: Cancelled);

        (await Rooms.CreateAsync(Room, Club, RuleSet.MembersOnly, "mallory", Cancelled)).Should().Be(new RoomCreation(Club, IsNew: true));

        var after = await Rooms.GetInfoAsync(Room, Cancelled);
        (after.About, after.Rules, after.Members).Should().Be((Club, RuleSet.MembersOnly, 1L));
        (await Chat.Room(Room).Members.GetAsync("olga", Cancelled))!.Role.Should().Be(RoomRole.Owner);
        (await Chat.Room(Room).Members.GetAsync("mallory", Cancelled)).Should().BeNull();
    });

    [Fact]
    public Task A_room_can_be_created_with_rules_only_or_with_an_owner_only() => RunAsync(async () =>
    {
        await Rooms.CreateAsync(Room, Club, RuleSet.MembersOnly, cancellationToken: Cancelled);
        var other = NewRoom();
        await Rooms.CreateAsync(other, Club, owner: "olga", cancellationToken: Cancelled);

        var infos = await Rooms.GetInfoAsync([Room, other], Cancelled);
        infos.Select(info => (info.About, info.Rules, info.Members)).Should().Equal((Club, RuleSet.MembersOnly, 0L), (Club, RuleSet.Open, 1L));
        (await RefusedAsync(() => Chat.SendAsync(Room, "olga", "hello", Cancelled))).Should().Be(ForbiddenReason.NotMember);
        await Chat.Room(other).SendAsync("bob", "hello", Cancelled);
        (await Rooms.SetTopicAsync(other, "Go", "olga", Cancelled)).Topic.Should().Be("Go");
    });

    [Fact]
    public Task A_room_with_rules_and_an_owner_can_be_given_settings_and_is_never_taken_from_its_owner() => RunAsync(async () =>
    {
        await Chat.Room(Room).Rules.ChangeAsync(Actor.Application, _ => RuleSet.MembersOnly, Cancelled);
        await Chat.Room(Room).Members.SetRoleAsync("olga", RoomRole.Owner, Actor.Application, cancellationToken: Cancelled);

        (await Rooms.CreateAsync(Room, Club, RuleSet.MembersOnly, "olga", Cancelled)).IsNew.Should().BeTrue();
        var after = await Rooms.GetInfoAsync(Room, Cancelled);
        (after.About, after.Rules, after.Members).Should().Be((Club, RuleSet.MembersOnly, 1L));

        // What was changed since stays.
        await Chat.Room(Room).Rules.ChangeAsync("olga", rules => rules with { SlowMode = TimeSpan.FromSeconds(1) }, Cancelled);
        await Chat.Room(Room).Members.SetRoleAsync("bob", RoomRole.Owner, Actor.Application, cancellationToken: Cancelled);
        await Chat.Room(Room).Members.SetRoleAsync("olga", RoomRole.Member, Actor.Application, cancellationToken: Cancelled);
        var rules = (await Rooms.GetInfoAsync(Room, Cancelled)).Rules;

        (await Rooms.CreateAsync(Room, Club, RuleSet.MembersOnly, "olga", Cancelled)).IsNew.Should().BeFalse();

        (await Rooms.GetInfoAsync(Room, Cancelled)).Rules.Should().Be(rules).And.NotBe(RuleSet.MembersOnly);
        (await Chat.Room(Room).Members.GetAsync("olga", Cancelled))!.Role.Should().Be(RoomRole.Member);
    });

    [Fact]
    public Task A_room_that_came_into_being_by_a_message_can_be_given_settings() => RunAsync(async () =>
    {
        await AppendAsync("alice", "hello");
        (await Rooms.GetInfoAsync(Room, Cancelled)).About.Should().BeNull();

        (await Rooms.CreateAsync(Room, Club, cancellationToken: Cancelled)).IsNew.Should().BeTrue();

        var info = await Rooms.GetInfoAsync(Room, Cancelled);
        (info.About, info.Messages).Should().Be((Club, 1));
        await AppendAsync("bob", "still open to all");
    });

    private static async Task<ForbiddenReason> RefusedAsync(Func<Task> call) => (await Assert.ThrowsAsync<ChatForbiddenException>(call)).Reason;
}
