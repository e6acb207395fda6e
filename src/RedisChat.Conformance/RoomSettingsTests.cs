namespace RedisChat.Conformance;

/// <summary>Settings of rooms, the overview of a room, and the rooms of two users.</summary>
/// <param name="stores">Opens the store under test.</param>
public abstract class RoomSettingsTests(StoreFactory stores) : StoreTests(stores)
{
    private static readonly RoomAbout Club = new()
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
    public Task A_direct_room_that_others_used_before_it_was_created_is_refused() => RunAsync(async () =>
    {
        var direct = Chat.Room((await Rooms.DirectAsync($"alice {Room}", $"bob {Room}", Cancelled)).Id);
        await Rooms.DeleteAsync(direct.Id, Actor.Application, cancellationToken: Cancelled);
        await direct.SendAsync("mallory", "I am bob", Cancelled);

        await Assert.ThrowsAsync<ChatForbiddenException>(() => Rooms.DirectAsync($"alice {Room}", $"bob {Room}", Cancelled));
        (await direct.Members.ListAsync(cancellationToken: Cancelled)).Members.Should().BeEmpty();

        await Rooms.DeleteAsync(direct.Id, Actor.Application, cancellationToken: Cancelled);
        await direct.Members.JoinAsync("mallory", Cancelled);
        await Assert.ThrowsAsync<ChatForbiddenException>(() => Rooms.DirectAsync($"alice {Room}", $"bob {Room}", Cancelled));

        await direct.Rules.ChangeAsync(Actor.Application, _ => RuleSet.MembersOnly, Cancelled);
        await Rooms.DirectAsync($"alice {Room}", $"bob {Room}", Cancelled);
        (await direct.Members.ListAsync(cancellationToken: Cancelled)).Members.Should().HaveCount(3);
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
    public Task Two_users_have_one_room_from_both_sides() => RunAsync(async () =>
    {
        var room = await Rooms.DirectAsync("alice", "bob", Cancelled);
        (await Rooms.DirectAsync("bob", "alice", Cancelled)).Id.Should().Be(room.Id);
        (await Rooms.DirectAsync("alice", "bo", Cancelled)).Id.Should().NotBe(room.Id);
        (await Rooms.DirectAsync("a", "licebob", Cancelled)).Id.Should().NotBe((await Rooms.DirectAsync("al", "icebob", Cancelled)).Id);

        (await room.Members.ListAsync(cancellationToken: Cancelled)).Members.Select(member => (member.User, member.Role))
            .Should().BeEquivalentTo([("alice", RoomRole.Member), ("bob", RoomRole.Member)]);
        await room.SendAsync("alice", "hello bob", Cancelled);
        await room.SendAsync("bob", "hello alice", Cancelled);
        (await RefusedAsync(() => room.SendAsync("carol", "hello both", Cancelled))).Should().Be(ForbiddenReason.NotMember);
        (await RefusedAsync(() => room.Members.JoinAsync("carol", Cancelled))).Should().Be(ForbiddenReason.NotMember);
        (await Rooms.GetInfoAsync(room.Id, Cancelled)).About.Should().BeNull();
    });

    [Fact]
    public Task Two_users_who_call_at_once_get_one_room_and_no_more_events_than_needed() => RunAsync(async () =>
    {
        Chat[] chats = [Chat, new(OpenStore())];
        var (one, other) = ($"alice {Room}", $"bob {Room}");

        var rooms = await Task.WhenAll(Enumerable.Range(0, 12).Select(n =>
            n % 2 == 0 ? chats[0].Rooms.DirectAsync(one, other, Cancelled) : chats[1].Rooms.DirectAsync(other, one, Cancelled)));

        rooms.Select(room => room.Id).Distinct().Should().ContainSingle();
        var events = (await rooms[0].ReadChangesAsync(RoomPosition.Start, cancellationToken: Cancelled)).Events;
        events.Should().HaveCount(3).And.ContainSingle(happened => happened is RoomEvent.RulesChanged);
        var position = (await rooms[0].ReceiveAsync(cancellationToken: Cancelled)).Position;
        await Rooms.DirectAsync(one, other, Cancelled);
        (await rooms[0].ReceiveAsync(cancellationToken: Cancelled)).Position.Should().Be(position);
    });

    [Fact]
    public Task A_user_has_a_room_for_notes_and_one_who_left_comes_back_and_one_who_is_banned_does_not() => RunAsync(async () =>
    {
        var notes = await Rooms.DirectAsync("dora", "dora", Cancelled);
        await notes.SendAsync("dora", "buy milk", Cancelled);
        (await notes.Members.ListAsync(cancellationToken: Cancelled)).Members.Should().ContainSingle();

        var room = await Rooms.DirectAsync("dora", "emil", Cancelled);
        await room.Members.LeaveAsync("emil", Cancelled);
        await Rooms.DirectAsync("dora", "emil", Cancelled);
        await room.SendAsync("emil", "back", Cancelled);

        await room.Members.BanAsync("dora", Actor.Application, cancellationToken: Cancelled);
        (await RefusedAsync(() => Rooms.DirectAsync("dora", "emil", Cancelled))).Should().Be(ForbiddenReason.Banned);
        (await room.Members.GetAsync("dora", Cancelled))!.IsMember.Should().BeFalse();
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
