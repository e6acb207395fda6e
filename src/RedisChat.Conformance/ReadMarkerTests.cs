namespace RedisChat.Conformance;

/// <summary>Read markers and unread messages: derived from what exists, in whatever order calls arrive, and never ahead of the history.</summary>
/// <param name="stores">Opens the store under test.</param>
public abstract class ReadMarkerTests(StoreFactory stores) : StoreTests(stores)
{
    private ChatRoom Target => new Chat(Store).Room(Room);

    private RoomReadMarkers Markers => Target.ReadMarkers;

    /// <summary>Runs a test. A store without read markers overrides this, and asserts that the test ends with a <see cref="NotSupportedException"/>.</summary>
    /// <param name="test">The test.</param>
    protected virtual Task RunAsync(Func<Task> test) => test();

    [Fact]
    public Task A_marker_only_moves_forward_unless_messages_are_marked_as_unread() => RunAsync(async () =>
    {
        await AppendManyAsync(10);
        (await Markers.GetAsync("carol", Cancelled)).Should().BeNull();

        var first = await Markers.MarkReadAsync("carol", 6, Cancelled);
        var again = await Markers.MarkReadAsync("carol", 4, Cancelled);
        (first.User, first.MessageId).Should().Be(("carol", 6));
        again.Should().Be(first);

        (await Markers.MarkUnreadAsync("carol", 8, Cancelled)).Should().Be(first, "message 8 is unread anyway");
        var back = await Markers.MarkUnreadAsync("carol", 3, Cancelled);
        back.MessageId.Should().Be(2);
        back.At.Should().BeAfter(first.At);
        (await Markers.MarkUnreadAsync("carol", 1, Cancelled)).MessageId.Should().Be(0);
        var last = await Markers.MarkReadAsync("carol", 10, Cancelled);
        (await new Chat(OpenStore()).Room(Room).ReadMarkers.GetAsync("carol", Cancelled)).Should().Be(last);
        (await Markers.GetAsync("bob", Cancelled)).Should().BeNull();
    });

    [Fact]
    public Task Unread_is_what_exists_after_the_marker_and_was_written_by_others() => RunAsync(async () =>
    {
        await AppendManyAsync(10);
        (await UnreadAsync("carol")).Should().Be("10");
        (await UnreadAsync("bob")).Should().Be("5");

        await Markers.MarkReadAsync("bob", 3, Cancelled);
        (await UnreadAsync("bob")).Should().Be("3", "5, 7 and 9 are by alice");
        await DeleteAsync(5);
        await DeleteAsync(6);
        await DeleteAsync(1);
        (await UnreadAsync("bob")).Should().Be("2");
        await DeleteAsync(10);
        await DeleteAsync(9);
        (await UnreadAsync("bob")).Should().Be("1");
        await AppendAsync("bob", "mine");
        (await UnreadAsync("bob")).Should().Be("1");
        await AppendAsync("alice", "new");
        (await UnreadAsync("bob")).Should().Be("2");
        await Markers.MarkReadAsync("bob", 12, Cancelled);
        (await UnreadAsync("bob")).Should().Be("0");
        await Markers.MarkUnreadAsync("bob", 1, Cancelled);
        (await UnreadAsync("bob")).Should().Be("3");
    });

    [Theory]
    [InlineData(98, "98")]
    [InlineData(99, "99")]
    [InlineData(100, "99+")]
    [InlineData(101, "99+")]
    [InlineData(600, "99+")]
    public Task Unread_messages_are_counted_up_to_99(int unread, string expected) => RunAsync(async () =>
    {
        await AppendManyAsync(unread + 30);
        await Markers.MarkReadAsync("carol", 30, Cancelled);
        (await UnreadAsync("carol")).Should().Be(expected);
    });

    [Fact]
    public Task The_count_is_exact_however_far_back_the_unread_messages_are() => RunAsync(async () =>
    {
        // Alternating between alice and bob, over several buckets, the older of which a store may have sealed.
        await AppendManyAsync(700);
        await Task.WhenAll(Enumerable.Range(101, 560).Chunk(70).Select(ids => Task.Run(async () =>
        {
            foreach (var id in ids)
            {
                await DeleteAsync(id);
            }
        })));

        (await UnreadAsync("carol")).Should().Be("99+", "100 and 40 are left");
        await Markers.MarkReadAsync("carol", 42, Cancelled);
        (await UnreadAsync("carol")).Should().Be("98");
        await Markers.MarkReadAsync("bob", 42, Cancelled);
        (await UnreadAsync("bob")).Should().Be("49");
        await Markers.MarkReadAsync("bob", 650, Cancelled);
        (await UnreadAsync("bob")).Should().Be("20");

        for (var id = 661; id <= 700; id++)
        {
            await DeleteAsync(id);
        }

        var room = await RoomOfAsync("bob");
        (room.Unread.ToString(), room.LastMessage!.Id, room.Position.MessageId).Should().Be(("0", 100, 700));
        (await UnreadAsync("carol")).Should().Be("58");
        (await RoomOfAsync("dora")).Unread.ToString().Should().Be("99+", "there are 100");
        await DeleteAsync(1);
        (await RoomOfAsync("dora")).Unread.ToString().Should().Be("99");
    });

    [Fact]
    public Task Many_messages_of_ones_own_neither_count_nor_hide_those_of_others() => RunAsync(async () =>
    {
        await AppendManyAsync(20);
        for (var sent = 0; sent < 500; sent += 100)
        {
            await Store.AppendAsync(Room, [.. Enumerable.Range(0, 100).Select(n => New("alice", $"{n}"))], Cancelled);
        }

        await SettledAsync();
        (await UnreadAsync("alice")).Should().Be("10");
        await AppendAsync("bob", "one more");
        (await UnreadAsync("alice")).Should().Be("11");
        (await UnreadAsync("bob")).Should().Be("99+");
    });

    [Fact]
    public Task A_room_whose_messages_were_all_deleted_has_none_unread() => RunAsync(async () =>
    {
        await AppendManyAsync(300);
        for (var id = 1; id <= 300; id++)
        {
            await DeleteAsync(id);
        }

        var room = await RoomOfAsync("carol");
        room.Unread.Should().Be(new UnreadCount(0, false));
        room.LastMessage.Should().BeNull();
        room.LastActivity.Should().NotBeNull();
        (await Markers.MarkReadAsync("carol", 250, Cancelled)).MessageId.Should().Be(250);
    });

    [Fact]
    public Task Only_messages_that_were_sent_can_be_marked() => RunAsync(async () =>
    {
        await AppendManyAsync(3);
        (await Markers.GetAsync("carol", Cancelled)).Should().BeNull();
        foreach (var wrong in (Func<Task>[])
        [
            () => Markers.MarkReadAsync("carol", 4, Cancelled),
            () => Markers.MarkUnreadAsync("carol", 4, Cancelled),
            () => Markers.MarkReadAsync("carol", ChatLimits.MaxMessageId, Cancelled),
            () => Markers.MarkReadAsync("carol", 0, Cancelled),
            () => Markers.MarkReadAsync("carol", -1, Cancelled),
            () => Markers.MarkReadAsync("carol", ChatLimits.MaxMessageId + 1, Cancelled),
            () => Markers.MarkReadAsync("", 1, Cancelled),
            () => Markers.MarkReadAsync(new string('x', 129), 1, Cancelled),
            () => Markers.GetAsync(new string('x', 129), Cancelled),
            () => Markers.GetUnreadAsync("\n", Cancelled),
            () => Markers.ListAsync(readUpTo: 0, cancellationToken: Cancelled),
            () => Markers.ListAsync(limit: 0, cancellationToken: Cancelled),
            () => Markers.ListAsync(cursor: "made up", cancellationToken: Cancelled),
            () => new Chat(Store).Room(NewRoom()).ReadMarkers.MarkReadAsync("carol", 1, Cancelled),
        ])
        {
            await Assert.ThrowsAsync<ChatInputException>(wrong);
        }

        (await Assert.ThrowsAsync<ChatInputException>(() => Markers.MarkReadAsync("carol", 4, Cancelled))).Message.Should().Contain("last message is 3");
        (await Markers.GetAsync("carol", Cancelled)).Should().BeNull();
        (await Markers.ListAsync(cancellationToken: Cancelled)).Markers.Should().BeEmpty();
    });

    [Fact]
    public Task A_room_that_never_was_is_empty_for_everyone() => RunAsync(async () =>
    {
        var room = await RoomOfAsync("carol");
        room.Should().Be(new UserRoom { Room = Room, MayRead = true });
        (await UnreadAsync("carol")).Should().Be("0");
        (await Markers.ListAsync(cancellationToken: Cancelled)).Should().BeEquivalentTo(new ReadMarkerPage { Markers = [] });
        (await ReadAsync()).Position.Should().Be(RoomPosition.Start);
    });

    [Fact]
    public Task A_new_member_has_read_everything_and_a_former_one_has_no_marker() => RunAsync(async () =>
    {
        await AppendManyAsync(10);
        await Target.Members.JoinAsync("carol", Cancelled);
        (await UnreadAsync("carol")).Should().Be("0");
        (await Markers.GetAsync("carol", Cancelled))!.MessageId.Should().Be(10);
        await AppendAsync("alice", "new");
        (await UnreadAsync("carol")).Should().Be("1");
        await Target.Members.SetRoleAsync("carol", RoomRole.Moderator, Actor.Application, cancellationToken: Cancelled);
        (await UnreadAsync("carol")).Should().Be("1", "only becoming a member marks as read");

        await Target.Members.LeaveAsync("carol", Cancelled);
        (await Markers.GetAsync("carol", Cancelled)).Should().BeNull();
        (await UnreadAsync("carol")).Should().Be("11", "the room is open");

        await Target.Members.SetRoleAsync("dora", RoomRole.Member, Actor.Application, cancellationToken: Cancelled);
        (await UnreadAsync("dora")).Should().Be("0");
        await Target.Members.RemoveAsync("dora", Actor.Application, cancellationToken: Cancelled);
        (await Markers.GetAsync("dora", Cancelled)).Should().BeNull();

        await Markers.MarkReadAsync("emil", 5, Cancelled);
        await Target.Members.MuteAsync("emil", Actor.Application, cancellationToken: Cancelled);
        (await UnreadAsync("emil")).Should().Be("6");
        await Target.Members.BanAsync("emil", Actor.Application, cancellationToken: Cancelled);
        (await Markers.ListAsync(cancellationToken: Cancelled)).Markers.Should().BeEmpty();
        await Target.Members.UnbanAsync("emil", Actor.Application, cancellationToken: Cancelled);
        (await UnreadAsync("emil")).Should().Be("11");
    });

    [Fact]
    public Task Who_joins_a_room_before_its_first_message_has_all_of_them_unread() => RunAsync(async () =>
    {
        await Target.Members.JoinAsync("carol", Cancelled);
        (await Markers.GetAsync("carol", Cancelled))!.MessageId.Should().Be(0);
        (await Target.SendAsync("alice", "hello", Cancelled)).Id.Should().Be(1);
        (await UnreadAsync("carol")).Should().Be("1");
    });

    [Fact]
    public Task Users_who_may_not_read_can_mark_nothing_and_learn_nothing() => RunAsync(async () =>
    {
        await AppendManyAsync(5);
        await Target.Members.JoinAsync("carol", Cancelled);
        await Target.Members.BanAsync("bob", Actor.Application, cancellationToken: Cancelled);
        await Target.Rules.ChangeAsync(Actor.Application, _ => RuleSet.MembersOnly, Cancelled);

        (await Assert.ThrowsAsync<ChatForbiddenException>(() => Markers.MarkReadAsync("bob", 1, Cancelled))).Reason.Should().Be(ForbiddenReason.Banned);
        var refused = await Assert.ThrowsAsync<ChatForbiddenException>(() => Markers.MarkUnreadAsync("stranger", 99, Cancelled));
        (refused.Reason, refused.Room, refused.Operation).Should().Be((ForbiddenReason.NotMember, Room, ChatOperations.MarkRead));
        foreach (var user in new[] { "bob", "stranger" })
        {
            var room = await RoomOfAsync(user);
            (room.MayRead, room.LastMessage, room.Unread.Count).Should().Be((false, null, 0));
            (await UnreadAsync(user)).Should().Be("0");
        }

        (await RoomOfAsync("bob")).Member!.Ban.Should().NotBeNull();
        (await RoomOfAsync("stranger")).Member.Should().BeNull();
        (await RoomOfAsync("carol")).Member!.Role.Should().Be(RoomRole.Member);
        await Target.Rules.ChangeAsync(Actor.Application, rules => rules with { IsArchived = true }, Cancelled);
        (await Markers.MarkUnreadAsync("carol", 2, Cancelled)).MessageId.Should().Be(1);
        (await UnreadAsync("carol")).Should().Be("4");
        (await Markers.MarkReadAsync("carol", 5, Cancelled)).MessageId.Should().Be(5);
    });

    private async Task<string> UnreadAsync(string user) => (await Markers.GetUnreadAsync(user, Cancelled)).ToString();

    private async Task<UserRoom> RoomOfAsync(string user) =>
        (await Store.RequireMarkers().ReadUserRoomsAsync(user, [Room], Cancelled))[0];
}
