namespace RedisChat.Conformance;

/// <summary>Members: who joins, leaves, is invited, removed, banned and muted, by whose right, and what watchers receive.</summary>
/// <param name="stores">Opens the store under test.</param>
public abstract class MemberTests(StoreFactory stores) : StoreTests(stores)
{
    private static readonly TimeSpan Hour = TimeSpan.FromHours(1);

    private Chat Chat => new(Store);

    private RoomMembers Members => Chat.Room(Room).Members;

    private RoomRules Rules => Chat.Room(Room).Rules;

    /// <summary>Runs a test. A store without members overrides this, and asserts that the test ends with a <see cref="NotSupportedException"/>.</summary>
    /// <param name="test">The test.</param>
    protected virtual Task RunAsync(Func<Task> test) => test();

    [Fact]
    public Task Anyone_can_join_an_open_room() => RunAsync(async () =>
    {
        var joined = await Members.JoinAsync("alice", Cancelled);

        joined.Role.Should().Be(RoomRole.Member);
        joined.JoinedAt.Should().NotBeNull();
        (await Members.GetAsync("alice", Cancelled)).Should().Be(joined);
        (await Members.ListAsync(cancellationToken: Cancelled)).Members.Should().Equal(joined);
        (await Rules.GetAsync(Cancelled)).Should().Be(RuleSet.Open);
    });

    [Fact]
    public Task A_user_or_room_that_never_was_is_unknown() => RunAsync(async () =>
    {
        (await Members.GetAsync("nobody", Cancelled)).Should().BeNull();
        (await Members.ListAsync(cancellationToken: Cancelled)).Should().BeEquivalentTo(new MemberPage { Members = [] });
        (await Members.LeaveAsync("nobody", Cancelled)).IsMember.Should().BeFalse();
        (await Members.UnbanAsync("nobody", Actor.Application, cancellationToken: Cancelled)).Ban.Should().BeNull();
        (await Rules.GetAsync(Cancelled)).Should().Be(RuleSet.Open);
        (await ReadAsync()).Position.Should().Be(RoomPosition.Start, "asking creates no room");
    });

    [Fact]
    public Task The_rights_of_a_user_are_those_of_the_role_less_what_a_ban_a_mute_or_the_archive_takes() => RunAsync(async () =>
    {
        (await Members.GetRightsAsync("alice", Cancelled)).Should().Be(RuleSet.OpenToEveryone);
        (await ReadAsync()).Position.Should().Be(RoomPosition.Start, "asking creates no room");

        await Members.SetRoleAsync("alice", RoomRole.Owner, Actor.Application, cancellationToken: Cancelled);
        await Members.JoinAsync("bob", Cancelled);
        (await Members.GetRightsAsync("alice", Cancelled)).Should().Be(RoomRights.All);

        await Members.MuteAsync("bob", "alice", Hour, cancellationToken: Cancelled);
        (await Members.GetRightsAsync("bob", Cancelled)).Should().Be(RuleSet.Open.RightsOf(RoomRole.Member) & ~(RoomRights.Send | RoomRights.React));

        await Members.BanAsync("bob", "alice", Hour, cancellationToken: Cancelled);
        (await Members.GetRightsAsync("bob", Cancelled)).Should().Be(RoomRights.None);

        await Rules.ChangeAsync("alice", rules => rules with { IsArchived = true }, Cancelled);
        (await Members.GetRightsAsync("alice", Cancelled)).Should().Be(RoomRights.Read | RoomRights.Manage);
    });

    [Fact]
    public Task Joining_twice_and_leaving_twice_change_nothing() => RunAsync(async () =>
    {
        var joined = await Members.JoinAsync("alice", Cancelled);
        var position = (await ReadAsync()).Position;
        (await Members.JoinAsync("alice", Cancelled)).Should().Be(joined);
        (await ReadAsync()).Position.Should().Be(position);

        (await Members.LeaveAsync("alice", Cancelled)).IsMember.Should().BeFalse();
        position = (await ReadAsync()).Position;
        (await Members.LeaveAsync("alice", Cancelled)).IsMember.Should().BeFalse();

        (await ReadAsync()).Position.Should().Be(position);
        (await Members.GetAsync("alice", Cancelled)).Should().BeNull();
    });

    [Fact]
    public Task A_members_only_room_is_joined_by_invitation() => RunAsync(async () =>
    {
        await OwnedByAsync("olga", RuleSet.MembersOnly);
        (await RefusedAsync(() => Members.JoinAsync("bob", Cancelled))).Reason.Should().Be(ForbiddenReason.NotMember);

        var invited = await Members.InviteAsync("bob", "olga", RoomRole.Reader, "welcome", Cancelled);
        invited.Invitation.Should().Be(new Invitation(RoomRole.Reader, "olga", "welcome"));
        (await Members.ListAsync(MemberFilter.Invited, cancellationToken: Cancelled)).Members.Should().Equal(invited);

        var joined = await Members.JoinAsync("bob", Cancelled);
        joined.Role.Should().Be(RoomRole.Reader);
        joined.Invitation.Should().BeNull();
    });

    [Fact]
    public Task An_invitation_can_be_declined_or_revoked() => RunAsync(async () =>
    {
        await OwnedByAsync("olga", RuleSet.MembersOnly);
        await Members.InviteAsync("bob", "olga", cancellationToken: Cancelled);
        await Members.InviteAsync("carol", "olga", cancellationToken: Cancelled);

        await Members.LeaveAsync("bob", Cancelled);
        await Members.RemoveAsync("carol", "olga", cancellationToken: Cancelled);

        await RefusedAsync(() => Members.JoinAsync("bob", Cancelled));
        await RefusedAsync(() => Members.JoinAsync("carol", Cancelled));
    });

    [Fact]
    public Task Only_those_with_the_right_can_invite_remove_ban_mute_and_manage() => RunAsync(async () =>
    {
        await OwnedByAsync("olga");
        await Members.JoinAsync("bob", Cancelled);
        foreach (var by in new[] { "bob", "stranger" })
        {
            var reason = by == "bob" ? ForbiddenReason.NotPermitted : ForbiddenReason.NotMember;
            (await RefusedAsync(() => Members.InviteAsync("carol", by, cancellationToken: Cancelled))).Reason.Should().Be(reason);
            (await RefusedAsync(() => Members.RemoveAsync("olga", by, cancellationToken: Cancelled))).Reason.Should().Be(reason);
            (await RefusedAsync(() => Members.BanAsync("carol", by, cancellationToken: Cancelled))).Reason.Should().Be(reason);
            (await RefusedAsync(() => Members.UnbanAsync("carol", by, cancellationToken: Cancelled))).Reason.Should().Be(reason);
            (await RefusedAsync(() => Members.MuteAsync("carol", by, cancellationToken: Cancelled))).Reason.Should().Be(reason);
            (await RefusedAsync(() => Members.SetRoleAsync("bob", RoomRole.Owner, by, cancellationToken: Cancelled))).Reason.Should().Be(reason);
            (await RefusedAsync(() => Rules.ChangeAsync(by, _ => RuleSet.Open, Cancelled))).Reason.Should().Be(reason);
        }
    });

    [Fact]
    public Task A_member_can_act_only_on_members_of_lower_roles() => RunAsync(async () =>
    {
        await OwnedByAsync("olga");
        await Members.SetRoleAsync("oscar", RoomRole.Owner, "olga", cancellationToken: Cancelled);
        await Members.SetRoleAsync("mia", RoomRole.Moderator, "olga", cancellationToken: Cancelled);
        await Members.SetRoleAsync("max", RoomRole.Moderator, "olga", cancellationToken: Cancelled);
        await Members.JoinAsync("bob", Cancelled);

        foreach (var target in new[] { "olga", "max", "mia" })
        {
            (await RefusedAsync(() => Members.BanAsync(target, "mia", cancellationToken: Cancelled))).Reason.Should().Be(ForbiddenReason.Outranked);
            (await RefusedAsync(() => Members.RemoveAsync(target, "mia", cancellationToken: Cancelled))).Reason.Should().Be(ForbiddenReason.Outranked);
            (await RefusedAsync(() => Members.MuteAsync(target, "mia", cancellationToken: Cancelled))).Reason.Should().Be(ForbiddenReason.Outranked);
        }

        (await RefusedAsync(() => Members.InviteAsync("new", "mia", RoomRole.Owner, cancellationToken: Cancelled))).Reason.Should().Be(ForbiddenReason.Outranked);
        (await RefusedAsync(() => Members.SetRoleAsync("oscar", RoomRole.Member, "olga", cancellationToken: Cancelled))).Reason.Should().Be(ForbiddenReason.Outranked);
        (await Members.MuteAsync("bob", "mia", cancellationToken: Cancelled)).Mute!.By.Should().Be("mia");
        (await Members.RemoveAsync("bob", "mia", cancellationToken: Cancelled)).IsMember.Should().BeFalse();
        (await Members.SetRoleAsync("mia", RoomRole.Member, "oscar", cancellationToken: Cancelled)).Role.Should().Be(RoomRole.Member);
    });

    [Fact]
    public Task A_room_keeps_its_last_owner() => RunAsync(async () =>
    {
        await OwnedByAsync("olga");
        (await RefusedAsync(() => Members.LeaveAsync("olga", Cancelled))).Reason.Should().Be(ForbiddenReason.LastOwner);
        (await RefusedAsync(() => Members.SetRoleAsync("olga", RoomRole.Member, "olga", cancellationToken: Cancelled))).Reason.Should().Be(ForbiddenReason.LastOwner);
        (await RefusedAsync(() => Members.BanAsync("olga", Actor.Application, cancellationToken: Cancelled))).Reason.Should().Be(ForbiddenReason.LastOwner);
        (await RefusedAsync(() => Members.RemoveAsync("olga", Actor.Application, cancellationToken: Cancelled))).Reason.Should().Be(ForbiddenReason.LastOwner);

        await Members.SetRoleAsync("oscar", RoomRole.Owner, "olga", cancellationToken: Cancelled);
        (await Members.LeaveAsync("olga", Cancelled)).IsMember.Should().BeFalse();
        (await RefusedAsync(() => Members.LeaveAsync("oscar", Cancelled))).Reason.Should().Be(ForbiddenReason.LastOwner);
    });

    [Fact]
    public Task Of_two_owners_who_leave_at_the_same_time_one_stays() => RunAsync(async () =>
    {
        await OwnedByAsync("olga");
        await Members.SetRoleAsync("oscar", RoomRole.Owner, "olga", cancellationToken: Cancelled);

        var left = await Task.WhenAll(new[] { "olga", "oscar" }.Select(async user =>
        {
            try
            {
                await Members.LeaveAsync(user, Cancelled);
                return true;
            }
            catch (ChatForbiddenException e) when (e.Reason == ForbiddenReason.LastOwner)
            {
                return false;
            }
        }));

        left.Should().BeEquivalentTo([true, false]);
        (await Members.ListAsync(cancellationToken: Cancelled)).Members.Should().ContainSingle().Which.Role.Should().Be(RoomRole.Owner);
    });

    [Fact]
    public Task A_ban_ends_a_membership_and_names_who_and_why() => RunAsync(async () =>
    {
        await OwnedByAsync("olga");
        await Members.JoinAsync("bob", Cancelled);

        var banned = await Members.BanAsync("bob", "olga", Hour, "spam", Cancelled);

        banned.IsMember.Should().BeFalse();
        banned.Ban.Should().BeEquivalentTo(new { By = "olga", Reason = "spam" });
        var refused = await RefusedAsync(() => Members.JoinAsync("bob", Cancelled));
        refused.Reason.Should().Be(ForbiddenReason.Banned);
        refused.RetryAfter.Should().BePositive().And.BeLessThanOrEqualTo(Hour);
        (await Members.ListAsync(MemberFilter.Banned, cancellationToken: Cancelled)).Members.Should().Equal(banned);

        (await Members.UnbanAsync("bob", "olga", cancellationToken: Cancelled)).Ban.Should().BeNull();
        (await Members.JoinAsync("bob", Cancelled)).Role.Should().Be(RoomRole.Member);
    });

    [Fact]
    public Task A_ban_without_a_duration_has_no_end() => RunAsync(async () =>
    {
        (await Members.BanAsync("bob", Actor.Application, cancellationToken: Cancelled)).Ban.Should().Be(new Restriction(null, null, null));
        var refused = await RefusedAsync(() => Members.JoinAsync("bob", Cancelled));
        refused.RetryAfter.Should().BeNull();
    });

    [Fact]
    public Task A_ban_that_has_ended_no_longer_counts() => RunAsync(async () =>
    {
        await Members.BanAsync("bob", Actor.Application, TimeSpan.FromMilliseconds(50), cancellationToken: Cancelled);
        var left = (await RefusedOrDoneAsync(() => Members.JoinAsync("bob", Cancelled)))?.RetryAfter ?? TimeSpan.Zero;
        left.Should().BeLessThanOrEqualTo(TimeSpan.FromMilliseconds(50));
        while (await RefusedOrDoneAsync(() => Members.JoinAsync("bob", Cancelled)) is { } refused)
        {
            await Task.Delay(refused.RetryAfter!.Value + TimeSpan.FromMilliseconds(1), Cancelled);
        }

        (await Members.GetAsync("bob", Cancelled))!.Ban.Should().BeNull();
        (await Members.ListAsync(MemberFilter.Banned, cancellationToken: Cancelled)).Members.Should().BeEmpty();
    });

    [Fact]
    public Task Roles_are_what_the_rules_say() => RunAsync(async () =>
    {
        await Rules.ChangeAsync(
            Actor.Application,
            rules => rules with { Roles = [new(RoomRole.Owner, RoomRights.All), new("vip", RoomRights.Read | RoomRights.Send), new("guest", RoomRights.Read)] },
            Cancelled);

        (await Members.SetRoleAsync("alice", "vip", Actor.Application, cancellationToken: Cancelled)).Role.Should().Be("vip");
        (await Members.JoinAsync("bob", Cancelled)).Role.Should().Be("guest", "of the roles, the lowest is given if there is no role named member");
        var unknown = await Assert.ThrowsAsync<ChatInputException>(() => Members.SetRoleAsync("alice", "king", Actor.Application, cancellationToken: Cancelled));
        unknown.Message.Should().Contain("owner, vip, guest");
    });

    [Fact]
    public Task Watchers_receive_each_change_once_with_who_and_why() => RunAsync(async () =>
    {
        await AppendManyAsync(1);
        await using var events = Store.WatchAsync(Room, (await ReadAsync()).Position, Cancelled).GetAsyncEnumerator(Cancelled);
        (await NextAsync(events)).Should().BeOfType<RoomEvent.CaughtUp>();

        var member = await Members.SetRoleAsync("olga", RoomRole.Owner, Actor.Application, "founder", Cancelled);
        (await NextAsync(events)).Should().BeOfType<RoomEvent.MemberChanged>().Which.Should().BeEquivalentTo(new { Member = member, By = (string?)null, Reason = "founder" });
        var banned = await Members.BanAsync("~bob: {the} 1st", "olga", Hour, "spam", Cancelled);
        (await NextAsync(events)).Should().BeOfType<RoomEvent.MemberChanged>().Which.Should().BeEquivalentTo(new { Member = banned, By = "olga", Reason = "spam" });
        var rules = await Rules.ChangeAsync("olga", _ => RuleSet.MembersOnly with { SlowMode = TimeSpan.FromSeconds(5) }, Cancelled);
        (await NextAsync(events)).Should().BeOfType<RoomEvent.RulesChanged>().Which.Should().BeEquivalentTo(new { Rules = rules, By = "olga" });
        await AppendAsync("olga", "hello");
        (await NextAsync(events)).Should().BeOfType<RoomEvent.Created>().Which.Position.Should().Be((await ReadAsync()).Position);
    });

    [Fact]
    public Task Catching_up_reports_the_present_state_of_each_member_once() => RunAsync(async () =>
    {
        await AppendManyAsync(2);
        var seen = (await ReadAsync()).Position;
        await Members.JoinAsync("alice", Cancelled);
        await Members.JoinAsync("bob", Cancelled);
        await Rules.ChangeAsync(Actor.Application, rules => rules with { SlowMode = TimeSpan.FromSeconds(1) }, Cancelled);
        await Rules.ChangeAsync(Actor.Application, rules => rules with { SlowMode = TimeSpan.FromSeconds(2) }, Cancelled);
        await Members.JoinAsync("rules", Cancelled);
        await Members.LeaveAsync("alice", Cancelled);

        var changes = await Store.ReadChangesAsync(Room, seen, 100, Cancelled);

        changes.Events.OfType<RoomEvent.MemberChanged>().Select(e => (e.Member.User, e.Member.IsMember)).Should().Equal(("bob", true), ("rules", true), ("alice", false));
        changes.Events.OfType<RoomEvent.RulesChanged>().Should().ContainSingle().Which.Rules.SlowMode.Should().Be(TimeSpan.FromSeconds(2));
        changes.Events.Should().HaveCount(4);
        changes.Position.Should().Be((await ReadAsync()).Position);
    });

    [Fact]
    public Task A_room_can_begin_with_its_members() => RunAsync(async () =>
    {
        await using var events = Store.WatchAsync(Room, RoomPosition.Start, Cancelled).GetAsyncEnumerator(Cancelled);
        (await NextAsync(events)).Should().BeOfType<RoomEvent.CaughtUp>();

        await Members.JoinAsync("alice", Cancelled);
        var first = await AppendAsync("alice", "first");

        first.Id.Should().Be(1);
        (await NextAsync(events)).Should().BeOfType<RoomEvent.MemberChanged>().Which.Member.User.Should().Be("alice");
        (await NextAsync(events)).Should().BeOfType<RoomEvent.Created>().Which.Message.Text.Should().Be("first");
        var changes = await Store.ReadChangesAsync(Room, RoomPosition.Start, 100, Cancelled);
        changes.Events.Select(e => e.GetType()).Should().Equal(typeof(RoomEvent.MemberChanged), typeof(RoomEvent.Created));
    });

    [Fact]
    public Task Many_members_are_listed_page_by_page() => RunAsync(async () =>
    {
        await OwnedByAsync("olga");
        var users = Enumerable.Range(1, 300).Select(n => $"user {n}").ToList();
        await Task.WhenAll(users.Select(user => Members.JoinAsync(user, Cancelled)));
        await Members.BanAsync("user 7", Actor.Application, cancellationToken: Cancelled);

        var listed = new HashSet<string>();
        string? cursor = null;
        do
        {
            var page = await Members.ListAsync(cursor: cursor, limit: 30, cancellationToken: Cancelled);
            listed.UnionWith(page.Members.Select(member => member.User));
            cursor = page.Cursor;
        }
        while (cursor is not null);

        listed.Should().BeEquivalentTo(users.Where(user => user != "user 7").Append("olga"));
        await Assert.ThrowsAsync<ChatInputException>(() => Members.ListAsync(cursor: "nonsense", cancellationToken: Cancelled));
    });

    [Fact]
    public Task Bad_input_is_rejected_and_changes_nothing() => RunAsync(async () =>
    {
        await OwnedByAsync("olga");
        var position = (await ReadAsync()).Position;

        await InvalidAsync(() => Members.JoinAsync("", Cancelled));
        await InvalidAsync(() => Members.JoinAsync(new string('x', 129), Cancelled));
        await InvalidAsync(() => Members.SetRoleAsync("bob", "king", "olga", cancellationToken: Cancelled));
        await InvalidAsync(() => Members.BanAsync("bob", "olga", TimeSpan.FromSeconds(-1), cancellationToken: Cancelled));
        await InvalidAsync(() => Members.MuteAsync("bob", "olga", TimeSpan.Zero, cancellationToken: Cancelled));
        await InvalidAsync(() => Members.BanAsync("bob", default, cancellationToken: Cancelled));
        await InvalidAsync(() => Members.BanAsync("bob", "olga", reason: "line\nbreak", cancellationToken: Cancelled));
        await InvalidAsync(() => Rules.ChangeAsync("olga", rules => rules with { SlowMode = TimeSpan.FromSeconds(-1) }, Cancelled));
        await InvalidAsync(() => Rules.ChangeAsync("olga", rules => rules with { Roles = [] }, Cancelled));
        await InvalidAsync(() => Rules.ChangeAsync("olga", rules => rules with { Roles = [.. rules.Roles, new("Über", RoomRights.None)] }, Cancelled));
        await InvalidAsync(() => Rules.ChangeAsync("olga", rules => rules with { Flood = new FloodLimit(0, Hour) }, Cancelled));

        (await ReadAsync()).Position.Should().Be(position);

        static async Task InvalidAsync(Func<Task> call) => await Assert.ThrowsAsync<ChatInputException>(call);
    });

    private async Task OwnedByAsync(string user, RuleSet? rules = null)
    {
        await Members.SetRoleAsync(user, RoomRole.Owner, Actor.Application, cancellationToken: Cancelled);
        await Rules.ChangeAsync(user, _ => rules ?? RuleSet.Open, Cancelled);
    }

    private static Task<ChatForbiddenException> RefusedAsync(Func<Task> call) => Assert.ThrowsAsync<ChatForbiddenException>(call);

    private static async Task<ChatForbiddenException?> RefusedOrDoneAsync(Func<Task> call)
    {
        try
        {
            await call();
            return null;
        }
        catch (ChatForbiddenException e)
        {
            return e;
        }
    }

    private static async Task<RoomEvent> NextAsync(IAsyncEnumerator<RoomEvent> events)
    {
        (await events.MoveNextAsync()).Should().BeTrue();
        return events.Current;
    }
}
