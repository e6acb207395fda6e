namespace RedisChat.Conformance;

/// <summary>Threads: the rules of the room that a thread belongs to hold in it, in the step of each write.</summary>
/// <param name="stores">Opens the store under test.</param>
public abstract class ThreadRuleTests(StoreFactory stores) : StoreTests(stores)
{
    private Chat Chat => new(Store);

    private ChatRoom Above => Chat.Room(Room);

    private ChatRoom Thread => Above.Thread(1);

    /// <summary>Runs a test. A store without threads overrides this, and asserts that the test ends with a <see cref="NotSupportedException"/>.</summary>
    /// <param name="test">The test.</param>
    protected virtual Task RunAsync(Func<Task> test) => test();

    [Fact]
    public Task What_the_room_refuses_the_thread_refuses() => RunAsync(async () =>
    {
        await BeginAsync(rules => RuleSet.MembersOnly);
        await Thread.SendAsync("alice", "a member", Cancelled);
        await Chat.SendAsync(Thread.Id, new NewMessage("app", "no member") { IsFromApplication = true }, Cancelled);

        await RefusedAsync(() => Thread.SendAsync("eve", "hello", Cancelled));
        await RefusedAsync(() => Thread.SendManyAsync([new("alice", "hello"), new("eve", "hello")], Cancelled));
        await RefusedAsync(() => Thread.ReceiveAsync(new MessageQuery { Reader = "eve" }, Cancelled));
        await RefusedAsync(() => Thread.Reactions.AddAsync(1, "eve", "👍", Cancelled));
        await RefusedAsync(() => Thread.ReadMarkers.MarkReadAsync("eve", 1, Cancelled));
        await RefusedAsync(() => Thread.Members.JoinAsync("eve", Cancelled));
        await RefusedAsync(() => Thread.Presence.TypingAsync("eve", Cancelled));
        await RefusedAsync(() => Thread.DeleteAsync(1, Actor.User("eve"), cancellationToken: Cancelled));
        await RefusedAsync(() => Thread.Pins.PinAsync(1, Actor.User("eve"), Cancelled));
        await using WatchLog log = new(Thread.WatchAsync(new WatchOptions { As = "eve" }, Cancelled));
        await RefusedAsync(log.CaughtUpAsync);
        (await Thread.ReceiveAsync(new MessageQuery { Reader = "alice" }, Cancelled)).Messages.Should().HaveCount(2);
        (await Above.Thread(1).Members.GetRightsAsync("eve", Cancelled)).Should().Be(RoomRights.None);
        (await Thread.Members.GetRightsAsync("alice", Cancelled)).Should().Be(await Above.Members.GetRightsAsync("alice", Cancelled));
    });

    [Fact]
    public Task A_thread_that_was_never_used_is_closed_to_outsiders_as_well() => RunAsync(async () =>
    {
        await BeginAsync(rules => RuleSet.MembersOnly);

        await RefusedAsync(() => Thread.ReceiveAsync(new MessageQuery { Reader = "eve" }, Cancelled));
        await RefusedAsync(() => Thread.SendAsync("eve", "hello", Cancelled));
    });

    [Fact]
    public Task A_restriction_holds_in_the_threads() => RunAsync(async () =>
    {
        await BeginAsync();
        await Thread.SendAsync("bob", "before", Cancelled);

        await Above.Members.MuteAsync("bob", Actor.User("alice"), cancellationToken: Cancelled);
        (await RefusedAsync(() => Thread.SendAsync("bob", "hello", Cancelled))).Reason.Should().Be(ForbiddenReason.Muted);
        (await RefusedAsync(() => Thread.EditAsync(1, Actor.User("bob"), "edited", Cancelled))).Reason.Should().Be(ForbiddenReason.Muted);

        await Above.Members.BanAsync("bob", Actor.User("alice"), cancellationToken: Cancelled);
        (await RefusedAsync(() => Thread.SendAsync("bob", "hello", Cancelled))).Reason.Should().Be(ForbiddenReason.Banned);
        (await RefusedAsync(() => Thread.ReceiveAsync(new MessageQuery { Reader = "bob" }, Cancelled))).Reason.Should().Be(ForbiddenReason.Banned);

        await Above.Rules.ChangeAsync(Actor.User("alice"), rules => rules with { IsArchived = true }, Cancelled);
        (await RefusedAsync(() => Thread.SendAsync("alice", "hello", Cancelled))).Reason.Should().Be(ForbiddenReason.Archived);
        (await Thread.ReceiveAsync(cancellationToken: Cancelled)).Messages.Should().ContainSingle().Which.Text.Should().Be("before");
    });

    [Fact]
    public Task A_moderator_of_the_room_moderates_its_threads() => RunAsync(async () =>
    {
        await BeginAsync();
        await Thread.SendAsync("bob", "spam", Cancelled);
        await Thread.SendAsync("bob", "spam", Cancelled);

        await RefusedAsync(() => Thread.DeleteAsync(1, Actor.User("carol"), cancellationToken: Cancelled));
        (await Thread.DeleteAsync(1, Actor.User("alice"), cancellationToken: Cancelled)).Should().BeTrue();
        (await Thread.DeleteManyAsync(MessageSelection.By("bob"), Actor.User("alice"), cancellationToken: Cancelled)).Deleted.Should().Be(1);
    });

    [Fact]
    public Task Slow_mode_counts_the_room_and_its_threads_together() => RunAsync(async () =>
    {
        await BeginAsync(rules => rules with { SlowMode = TimeSpan.FromHours(1) });
        await Above.SendAsync("bob", "in the room", Cancelled);

        (await RefusedAsync(() => Thread.SendAsync("bob", "in the thread", Cancelled))).Reason.Should().Be(ForbiddenReason.SlowMode);
        await Thread.SendAsync("carol", "in the thread", Cancelled);
        (await RefusedAsync(() => Above.SendAsync("carol", "in the room", Cancelled))).Reason.Should().Be(ForbiddenReason.SlowMode);
    });

    [Fact]
    public Task A_watcher_of_a_thread_loses_it_with_the_right_to_read_the_room() => RunAsync(async () =>
    {
        await BeginAsync();
        await Thread.SendAsync("alice", "one", Cancelled);
        await using WatchLog bob = new(Thread.WatchAsync(new WatchOptions { As = "bob" }, Cancelled));
        await using WatchLog carol = new(Thread.WatchAsync(new WatchOptions { As = "carol" }, Cancelled));
        await bob.CaughtUpAsync();
        await carol.CaughtUpAsync();

        await Above.Members.BanAsync("bob", Actor.Application, cancellationToken: Cancelled);

        (await Assert.ThrowsAsync<ChatForbiddenException>(() => bob.UntilAsync(_ => false))).Reason.Should().Be(ForbiddenReason.Banned);
        await Thread.SendAsync("alice", "two", Cancelled);
        await carol.UntilAsync(seen => seen.CreatedIds.Contains(2));
    });

    [Fact]
    public Task Whoever_enters_a_thread_must_be_allowed_to_read_the_room() => RunAsync(async () =>
    {
        await BeginAsync(rules => RuleSet.MembersOnly);
        await Thread.SendAsync("alice", "one", Cancelled);

        await using (await Thread.Presence.EnterAsync("alice", Cancelled))
        {
            (await Thread.Presence.ListAsync(cancellationToken: Cancelled)).Users.Should().Equal("alice");
            (await Above.Presence.ListAsync(cancellationToken: Cancelled)).Users.Should().BeEmpty();
            await RefusedAsync(async () => await (await Thread.Presence.EnterAsync("eve", Cancelled)).DisposeAsync());
        }
    });

    [Fact]
    public Task A_thread_has_neither_rules_nor_roles_of_its_own() => RunAsync(async () =>
    {
        await BeginAsync(rules => rules with { SlowMode = TimeSpan.FromSeconds(1) });

        (await Thread.Rules.GetAsync(Cancelled)).Should().Be(await Above.Rules.GetAsync(Cancelled));
        await Assert.ThrowsAsync<ChatInputException>(() => Thread.Rules.ChangeAsync(Actor.Application, rules => rules with { IsArchived = true }, Cancelled));
        await Assert.ThrowsAsync<ChatInputException>(() => Thread.Members.BanAsync("bob", Actor.Application, cancellationToken: Cancelled));
        await Assert.ThrowsAsync<ChatInputException>(() => Thread.Members.SetRoleAsync("bob", RoomRole.Owner, Actor.Application, cancellationToken: Cancelled));
        await Assert.ThrowsAsync<ChatInputException>(() => Thread.Members.InviteAsync("bob", Actor.Application, cancellationToken: Cancelled));
    });

    // Alice owns the room, bob and carol are members, and message 1 is alice's.
    private async Task BeginAsync(Func<RuleSet, RuleSet>? rules = null)
    {
        await AppendAsync("alice", "the message");
        await Above.Members.SetRoleAsync("alice", RoomRole.Owner, Actor.Application, cancellationToken: Cancelled);
        await Above.Members.JoinAsync("bob", Cancelled);
        await Above.Members.JoinAsync("carol", Cancelled);
        if (rules is not null)
        {
            await Above.Rules.ChangeAsync(Actor.Application, rules, Cancelled);
        }
    }

    private static async Task<ChatForbiddenException> RefusedAsync(Func<Task> call)
    {
        var refused = await Assert.ThrowsAsync<ChatForbiddenException>(call);
        refused.Message.Should().NotContain("\u001f");
        return refused;
    }
}
