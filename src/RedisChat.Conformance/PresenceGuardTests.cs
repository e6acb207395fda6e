namespace RedisChat.Conformance;

/// <summary>The guard of presence and typing: users who may not read a room are not in it, and those who may not send do not type.</summary>
/// <param name="stores">Opens the store under test.</param>
public abstract class PresenceGuardTests(StoreFactory stores) : StoreTests(stores)
{
    private ChatRoom Target => new Chat(Store).Room(Room);

    /// <summary>Runs a test. A store without members overrides this, and asserts that the test ends with a <see cref="NotSupportedException"/>.</summary>
    /// <param name="test">The test.</param>
    protected virtual Task RunAsync(Func<Task> test) => test();

    [Fact]
    public Task A_banned_user_can_neither_enter_nor_type() => RunAsync(async () =>
    {
        var (here, other) = (Target, new Chat(OpenStore()).Room(Room));
        await using var before = await other.Presence.EnterAsync("alice", Cancelled);
        await here.Members.BanAsync("bob", Actor.Application, TimeSpan.FromHours(1), cancellationToken: Cancelled);

        foreach (var room in new[] { here, other, new Chat(OpenStore()).Room(Room) })
        {
            var refused = await Assert.ThrowsAsync<ChatForbiddenException>(() => room.Presence.EnterAsync("bob", Cancelled));
            (refused.Reason, refused.Room, refused.Operation).Should().Be((ForbiddenReason.Banned, Room, ChatOperations.Presence));
            refused.RetryAfter.Should().BePositive();
            (await Assert.ThrowsAsync<ChatForbiddenException>(() => room.Presence.TypingAsync("bob", Cancelled))).Reason.Should().Be(ForbiddenReason.Banned);
        }

        (await PresentAsync()).Should().Equal("alice");
        await here.Members.UnbanAsync("bob", Actor.Application, cancellationToken: Cancelled);
        await using var after = await here.Presence.EnterAsync("bob", Cancelled);
        (await here.Presence.TypingAsync("bob", Cancelled)).Should().BeTrue();
        (await PresentAsync()).Should().Equal("alice", "bob");
    });

    [Fact]
    public Task Of_users_who_enter_together_only_those_who_may_not_are_refused() => RunAsync(async () =>
    {
        await Target.Rules.ChangeAsync(Actor.Application, _ => RuleSet.MembersOnly, Cancelled);
        string[] members = [.. Enumerable.Range(10, 20).Select(n => $"member {n}")];
        foreach (var member in members)
        {
            await Target.Members.SetRoleAsync(member, RoomRole.Member, Actor.Application, cancellationToken: Cancelled);
        }

        var room = Target;
        var refused = 0;
        await Task.WhenAll(Enumerable.Range(10, 20).SelectMany(n => new[] { $"member {n}", $"outsider {n}" }).Select(async user =>
        {
            try
            {
                await room.Presence.EnterAsync(user, Cancelled);
            }
            catch (ChatForbiddenException e) when (user.StartsWith('o') && e.Reason == ForbiddenReason.NotMember)
            {
                Interlocked.Increment(ref refused);
            }
        }));

        refused.Should().Be(20);
        (await PresentAsync()).Should().Equal(members);
    });

    [Fact]
    public Task Those_who_may_only_read_are_present_but_do_not_type() => RunAsync(async () =>
    {
        var room = Target;
        await room.Members.SetRoleAsync("rita", RoomRole.Reader, Actor.Application, cancellationToken: Cancelled);
        await room.Members.MuteAsync("bob", Actor.Application, cancellationToken: Cancelled);

        await using var rita = await room.Presence.EnterAsync("rita", Cancelled);
        await using var bob = await room.Presence.EnterAsync("bob", Cancelled);

        (await Assert.ThrowsAsync<ChatForbiddenException>(() => room.Presence.TypingAsync("rita", Cancelled))).Reason.Should().Be(ForbiddenReason.NotPermitted);
        (await Assert.ThrowsAsync<ChatForbiddenException>(() => room.Presence.TypingAsync("bob", Cancelled))).Reason.Should().Be(ForbiddenReason.Muted);
        (await PresentAsync()).Should().Equal("bob", "rita");
        await room.Rules.ChangeAsync(Actor.Application, rules => rules with { IsArchived = true }, Cancelled);
        await using var carol = await room.Presence.EnterAsync("carol", Cancelled);
        (await Assert.ThrowsAsync<ChatForbiddenException>(() => room.Presence.TypingAsync("carol", Cancelled))).Reason.Should().Be(ForbiddenReason.Archived);
    });

    [Fact]
    public Task A_user_who_is_banned_while_present_leaves_and_is_back_once_the_ban_is_lifted() => RunAsync(async () =>
    {
        var (here, other) = (Beating(Store), Beating(OpenStore()));
        await using var alice = await here.Presence.EnterAsync("alice", Cancelled);
        await using var bob = await here.Presence.EnterAsync("bob", Cancelled);
        await using var also = await other.Presence.EnterAsync("bob", Cancelled);
        await using var log = new WatchLog(Store.WatchAsync(Room, cancellationToken: Cancelled));
        await log.CaughtUpAsync();

        await here.Members.BanAsync("bob", Actor.Application, cancellationToken: Cancelled);
        await log.UntilAsync(seen => seen.Events.OfType<RoomEvent.Left>().Any(left => left.User == "bob"));
        (await PresentAsync()).Should().Equal("alice");

        await other.Members.UnbanAsync("bob", Actor.Application, cancellationToken: Cancelled);
        await log.UntilAsync(seen => seen.Events.OfType<RoomEvent.Entered>().Any(entered => entered.User == "bob"));
        (await PresentAsync()).Should().Equal("alice", "bob");

        await here.Rules.ChangeAsync(Actor.Application, _ => RuleSet.MembersOnly, Cancelled);
        await log.UntilAsync(seen => seen.Events.OfType<RoomEvent.Left>().Select(left => left.User).Distinct().Count() == 2);
        await log.UntilAsync(seen => seen.Events.OfType<RoomEvent.Left>().Count() >= 3);
        (await PresentAsync()).Should().BeEmpty();
    });

    /// <summary>The room, of which a process often looks whether its users may still be there. Its users are not dropped if the machine stalls for seconds.</summary>
    private ChatRoom Beating(IMessageStore store)
    {
        var options = new ChatOptions();
        options.Presence.Expiry = TimeSpan.FromSeconds(15);
        return new Chat(store, options).Room(Room);
    }

    private async Task<IReadOnlyList<string>> PresentAsync() => (await Target.Presence.ListAsync(cancellationToken: Cancelled)).Users;
}
