namespace RedisChat.Conformance;

/// <summary>The rooms of two users: one for each two, which both find, and nobody else enters.</summary>
/// <param name="stores">Opens the store under test.</param>
public abstract class DirectRoomTests(StoreFactory stores) : StoreTests(stores)
{
    private Chat Chat => new(Store);

    private RoomDirectory Rooms => Chat.Rooms;

    /// <summary>Runs a test. A store without settings of rooms overrides this, and asserts that the test ends with a <see cref="NotSupportedException"/>.</summary>
    /// <param name="test">The test.</param>
    protected virtual Task RunAsync(Func<Task> test) => test();

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

    private static async Task<ForbiddenReason> RefusedAsync(Func<Task> call) => (await Assert.ThrowsAsync<ChatForbiddenException>(call)).Reason;
}
