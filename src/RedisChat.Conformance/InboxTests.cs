namespace RedisChat.Conformance;

/// <summary>Inboxes: which rooms a user has, what is new in them, and what a watched inbox delivers.</summary>
/// <param name="stores">Opens the store under test.</param>
public abstract class InboxTests(StoreFactory stores) : StoreTests(stores)
{
    private readonly string _alice = NewUser();

    private Chat Chat => new(Store);

    private UserInbox Inbox => Chat.User(_alice).Inbox;

    /// <summary>Runs a test. A store without inboxes overrides this, and asserts that the test ends with a <see cref="NotSupportedException"/>.</summary>
    /// <param name="test">The test.</param>
    protected virtual Task RunAsync(Func<Task> test) => test();

    [Fact]
    public Task A_user_who_is_no_member_anywhere_has_an_empty_inbox() => RunAsync(async () =>
    {
        await AppendAsync(_alice, "an open room needs no membership");

        (await Inbox.ListAsync(cancellationToken: Cancelled)).Should().BeEquivalentTo(new InboxPage { Rooms = [] });
        (await Inbox.MuteAsync(Room, Cancelled)).Should().BeFalse();
        (await Inbox.HideAsync(Room, Cancelled)).Should().BeFalse();
        (await Inbox.ShowAsync("never was", Cancelled)).Should().BeFalse();
        (await RoomsAsync()).Should().BeEmpty();
    });

    [Fact]
    public Task A_room_is_in_the_inbox_while_the_user_is_a_member() => RunAsync(async () =>
    {
        string[] rooms = [NewRoom(), NewRoom(), NewRoom(), NewRoom()];
        foreach (var room in rooms)
        {
            await Members(room).JoinAsync(_alice, Cancelled);
            await Members(room).JoinAsync(_alice, Cancelled);
        }

        (await RoomsAsync()).Should().BeEquivalentTo(rooms);

        await Members(rooms[0]).LeaveAsync(_alice, Cancelled);
        await Members(rooms[1]).RemoveAsync(_alice, Actor.Application, cancellationToken: Cancelled);
        await Members(rooms[2]).BanAsync(_alice, Actor.Application, cancellationToken: Cancelled);
        (await RoomsAsync()).Should().Equal(rooms[3]);

        await Members(rooms[0]).SetRoleAsync(_alice, RoomRole.Owner, Actor.Application, cancellationToken: Cancelled);
        await Members(rooms[2]).UnbanAsync(_alice, Actor.Application, cancellationToken: Cancelled);
        (await RoomsAsync()).Should().BeEquivalentTo([rooms[3], rooms[0]]);
    });

    [Fact]
    public Task An_invitation_is_not_in_the_inbox_before_it_is_accepted() => RunAsync(async () =>
    {
        await Members(Room).InviteAsync(_alice, Actor.Application, cancellationToken: Cancelled);
        (await RoomsAsync()).Should().BeEmpty();

        await Members(Room).JoinAsync(_alice, Cancelled);
        (await RoomsAsync()).Should().Equal(Room);
    });

    [Fact]
    public Task Rooms_are_listed_by_their_newest_activity_with_what_is_new_in_them() => RunAsync(async () =>
    {
        string[] rooms = [NewRoom(), NewRoom(), NewRoom()];
        foreach (var room in rooms)
        {
            await AppendAsync("bob", "before", room: room);
            await Members(room).JoinAsync(_alice, Cancelled);
        }

        await AppendAsync("bob", "1", room: rooms[1]);
        await AppendAsync("bob", "2", room: rooms[0]);
        await AppendAsync(_alice, "my own", room: rooms[0]);
        var last = await AppendAsync("bob", "3", room: rooms[0]);

        var inbox = (await Inbox.ListAsync(cancellationToken: Cancelled)).Rooms;
        inbox.Select(room => room.Room).Should().Equal(rooms[0], rooms[1], rooms[2]);
        inbox.Select(room => room.Unread.Count).Should().Equal(2, 1, 0);
        inbox.Select(room => room.LastMessage?.Text).Should().Equal("3", "1", "before");
        inbox[0].LastActivity.Should().Be(last.Timestamp);
        inbox[0].Member.Should().Be(await Members(rooms[0]).GetAsync(_alice, Cancelled));
        inbox[0].ReadUpTo.Should().Be(1);
        inbox.Should().OnlyContain(room => room.UnreadMentions == 0 && !room.IsMuted && !room.IsHidden && !room.Unread.HasMore);

        await Chat.Room(rooms[0]).ReadMarkers.MarkReadAsync(_alice, last.Id, Cancelled);
        inbox = (await Inbox.ListAsync(cancellationToken: Cancelled)).Rooms;
        inbox[0].Unread.Should().Be(default(UnreadCount));
        inbox[0].ReadUpTo.Should().Be(last.Id);
    });

    [Fact]
    public Task Deletions_edits_and_bans_show_at_the_next_look() => RunAsync(async () =>
    {
        await Members(Room).JoinAsync(_alice, Cancelled);
        await AppendAsync("bob", "1");
        await AppendAsync("bob", "2");
        await AppendAsync("bob", "3");
        await DeleteAsync(3);
        await EditAsync(2, "two");

        var room = (await Inbox.ListAsync(cancellationToken: Cancelled)).Rooms.Should().ContainSingle().Subject;
        room.LastMessage!.Text.Should().Be("two");
        room.Unread.Count.Should().Be(2);

        await DeleteAsync(1);
        await DeleteAsync(2);
        room = (await Inbox.ListAsync(cancellationToken: Cancelled)).Rooms.Should().ContainSingle().Subject;
        room.LastMessage.Should().BeNull();
        room.LastActivity.Should().NotBeNull();
        room.Unread.Count.Should().Be(0);
    });

    [Fact]
    public Task Pages_contain_each_room_once() => RunAsync(async () =>
    {
        var rooms = Enumerable.Range(0, 7).Select(_ => NewRoom()).ToList();
        foreach (var room in rooms)
        {
            await Members(room).JoinAsync(_alice, Cancelled);
            await AppendAsync("bob", "hello", room: room);
        }

        await Inbox.HideAsync(rooms[3], Cancelled);

        foreach (var (hidden, expected) in new[] { (true, rooms), (false, [.. rooms.Where(room => room != rooms[3])]) })
        {
            List<string> found = [];
            string? cursor = null;
            do
            {
                var page = await Inbox.ListAsync(cursor, 2, hidden, Cancelled);
                page.Rooms.Should().HaveCountLessThanOrEqualTo(2);
                found.AddRange(page.Rooms.Select(room => room.Room));
                cursor = page.Cursor;
            }
            while (cursor is not null);

            found.Should().Equal(Enumerable.Reverse(expected));
        }
    });

    [Theory]
    [InlineData("")]
    [InlineData("x")]
    [InlineData("-1.room")]
    [InlineData("99999999999999999999.room")]
    public async Task A_cursor_that_was_never_returned_is_refused(string cursor) =>
        (await Assert.ThrowsAsync<ChatInputException>(() => Inbox.ListAsync(cursor, cancellationToken: Cancelled))).ParamName.Should().Be("cursor");

    [Fact]
    public Task A_muted_room_says_so_until_it_is_unmuted() => RunAsync(async () =>
    {
        await Members(Room).JoinAsync(_alice, Cancelled);
        (await Inbox.MuteAsync(Room, Cancelled)).Should().BeTrue();
        (await Inbox.MuteAsync(Room, Cancelled)).Should().BeTrue();
        await AppendAsync("bob", "hello");

        (await Inbox.ListAsync(cancellationToken: Cancelled)).Rooms.Should().ContainSingle().Which.Should().Match<InboxRoom>(room => room.IsMuted && room.Unread.Count == 1);

        (await Inbox.UnmuteAsync(Room, Cancelled)).Should().BeTrue();
        (await Inbox.ListAsync(cancellationToken: Cancelled)).Rooms.Should().ContainSingle().Which.IsMuted.Should().BeFalse();
    });

    [Fact]
    public Task A_hidden_room_comes_back_with_the_next_message() => RunAsync(async () =>
    {
        await Members(Room).JoinAsync(_alice, Cancelled);
        await AppendAsync("bob", "1");
        (await Inbox.HideAsync(Room, Cancelled)).Should().BeTrue();
        (await RoomsAsync()).Should().BeEmpty();
        (await Inbox.ListAsync(includeHidden: true, cancellationToken: Cancelled)).Rooms.Should().ContainSingle().Which.IsHidden.Should().BeTrue();

        await AppendAsync("bob", "2");
        (await Inbox.ListAsync(cancellationToken: Cancelled)).Rooms.Should().ContainSingle().Which.IsHidden.Should().BeFalse();

        await Inbox.HideAsync(Room, Cancelled);
        (await Inbox.ShowAsync(Room, Cancelled)).Should().BeTrue();
        (await RoomsAsync()).Should().Equal(Room);
    });

    [Fact]
    public Task The_settings_of_an_earlier_membership_do_not_count() => RunAsync(async () =>
    {
        await Members(Room).JoinAsync(_alice, Cancelled);
        await AppendAsync("bob", "1");
        await AppendAsync("bob", "2");
        await Inbox.HideAsync(Room, Cancelled);
        await Inbox.MuteAsync(Room, Cancelled);
        await Chat.Rooms.DeleteAsync(Room, Actor.Application, cancellationToken: Cancelled);
        await Members(Room).JoinAsync(_alice, Cancelled);
        await AppendAsync("bob", "1");

        (await Inbox.ListAsync(cancellationToken: Cancelled)).Rooms.Should().ContainSingle().Which.Should().Match<InboxRoom>(room => !room.IsHidden && !room.IsMuted);

        await Inbox.MuteAsync(Room, Cancelled);
        await Members(Room).LeaveAsync(_alice, Cancelled);
        await Members(Room).JoinAsync(_alice, Cancelled);
        (await Inbox.ListAsync(cancellationToken: Cancelled)).Rooms.Should().ContainSingle().Which.IsMuted.Should().BeFalse();
    });

    [Fact]
    public Task A_watched_inbox_delivers_every_room_and_then_what_changes() => RunAsync(async () =>
    {
        var (first, second) = (NewRoom(), NewRoom());
        await Members(first).JoinAsync(_alice, Cancelled);
        await using var log = new InboxLog(new Chat(OpenStore()).User(_alice).Inbox.WatchAsync());
        await log.UntilAsync(log => log.Rooms.ContainsKey(first));

        await AppendAsync("bob", "1", room: first);
        await log.UntilAsync(log => log.Rooms[first] is { LastMessage.Text: "1", Unread.Count: 1 });
        await Store.ChangeAsync(first, 1, _ => MessageDecision.Edit("one"), Cancelled);
        await log.UntilAsync(log => log.Rooms[first].LastMessage?.Text == "one");
        await Chat.Room(first).ReadMarkers.MarkReadAsync(_alice, 1, Cancelled);
        await log.UntilAsync(log => log.Rooms[first].Unread.Count == 0);
        await Inbox.MuteAsync(first, Cancelled);
        await log.UntilAsync(log => log.Rooms[first].IsMuted);
        await Store.ChangeAsync(first, 1, _ => MessageDecision.Delete(), Cancelled);
        await log.UntilAsync(log => log.Rooms[first].LastMessage is null);

        await Members(second).SetRoleAsync(_alice, RoomRole.Moderator, Actor.Application, cancellationToken: Cancelled);
        await log.UntilAsync(log => log.Rooms.TryGetValue(second, out var room) && room.Member.Role == RoomRole.Moderator);
        await AppendAsync("bob", "2", room: second);
        await log.UntilAsync(log => log.Rooms[second].Unread.Count == 1);
        await Members(second).BanAsync(_alice, Actor.Application, cancellationToken: Cancelled);
        await log.UntilAsync(log => !log.Rooms.ContainsKey(second));
        await Members(first).LeaveAsync(_alice, Cancelled);
        await log.UntilAsync(log => log.Rooms.Count == 0);
    });

    [Fact]
    public Task A_deleted_room_leaves_the_inbox_and_can_be_joined_again() => RunAsync(async () =>
    {
        await Members(Room).JoinAsync(_alice, Cancelled);
        await AppendAsync("bob", "1");
        await using var log = new InboxLog(new Chat(OpenStore()).User(_alice).Inbox.WatchAsync());
        await log.UntilAsync(log => log.Rooms.ContainsKey(Room));

        await Chat.Rooms.DeleteAsync(Room, Actor.Application, cancellationToken: Cancelled);

        await log.UntilAsync(log => log.Rooms.Count == 0);
        (await RoomsAsync()).Should().BeEmpty();
        (await Store.GetAbility<IUserStore>()!.ReadListedRoomsAsync(_alice, Cancelled)).Should().BeEmpty();

        await Members(Room).JoinAsync(_alice, Cancelled);
        await AppendAsync("bob", "2");
        await log.UntilAsync(log => log.Rooms.TryGetValue(Room, out var room) && room is { Unread.Count: 1, LastMessage.Text: "2" });
    });

    [Fact]
    public Task What_does_not_change_a_room_for_the_user_is_not_delivered() => RunAsync(async () =>
    {
        await Members(Room).JoinAsync(_alice, Cancelled);
        await AppendAsync("bob", "1");
        await using var log = new InboxLog(Inbox.WatchAsync());
        await log.UntilAsync(log => log.Rooms.ContainsKey(Room));

        await Members(Room).JoinAsync("bob", Cancelled);
        await Chat.Room(Room).ReadMarkers.MarkReadAsync("bob", 1, Cancelled);
        await Chat.Room(Room).Rules.ChangeAsync(Actor.Application, rules => rules with { SlowMode = TimeSpan.FromHours(1) }, Cancelled);
        await AppendAsync("carol", "2");

        await log.UntilAsync(log => log.Rooms[Room].LastMessage?.Text == "2");
        log.Changes.Select(change => change.Now?.LastMessage?.Text).Should().Equal("1", "2");
    });

    [Fact]
    public Task A_slow_consumer_receives_the_present_state_once() => RunAsync(async () =>
    {
        await Members(Room).JoinAsync(_alice, Cancelled);
        await using var changes = Inbox.WatchAsync(new InboxWatchOptions { Interval = TimeSpan.Zero }, Cancelled).GetAsyncEnumerator(Cancelled);
        (await changes.MoveNextAsync()).Should().BeTrue();
        for (var i = 1; i <= 50; i++)
        {
            await AppendAsync("bob", $"{i}");
        }

        var delivered = 0;
        do
        {
            (await changes.MoveNextAsync()).Should().BeTrue();
            delivered++;
        }
        while (changes.Current.Now?.Unread.Count < 50);

        delivered.Should().BeLessThan(10, "events only say what to read");
    });

    [Fact]
    public Task A_watched_inbox_ends_when_it_is_canceled() => RunAsync(async () =>
    {
        using var canceled = new CancellationTokenSource();
        await using var changes = Inbox.WatchAsync(cancellationToken: canceled.Token).GetAsyncEnumerator(CancellationToken.None);
        var next = changes.MoveNextAsync();
        await canceled.CancelAsync();

        (await Assert.ThrowsAnyAsync<OperationCanceledException>(async () => await next)).CancellationToken.Should().Be(canceled.Token);
    });

    [Fact]
    public Task A_watched_inbox_ends_when_the_user_is_revoked() => RunAsync(async () =>
    {
        await Members(Room).JoinAsync(_alice, Cancelled);
        await using var log = new InboxLog(new Chat(OpenStore()).User(_alice).Inbox.WatchAsync());
        await log.UntilAsync(log => log.Rooms.ContainsKey(Room));

        await Chat.RevokeAsync(_alice, Cancelled);

        (await Assert.ThrowsAsync<ChatForbiddenException>(() => log.Ended)).Reason.Should().Be(ForbiddenReason.Revoked);
        (await RoomsAsync()).Should().Equal(Room);
    });

    [Theory]
    [InlineData(-1, 60_000, "options.Interval")]
    [InlineData(60_001, 60_000, "options.Interval")]
    [InlineData(100, 999, "options.RefreshInterval")]
    [InlineData(100, 86_400_001, "options.RefreshInterval")]
    public void An_invalid_option_is_refused(int interval, int refresh, string parameter)
    {
        var options = new InboxWatchOptions { Interval = TimeSpan.FromMilliseconds(interval), RefreshInterval = TimeSpan.FromMilliseconds(refresh) };
        Assert.Throws<ChatInputException>(() => Inbox.WatchAsync(options, Cancelled)).ParamName.Should().Be(parameter);
    }

    /// <summary>The id of a user whom no other test uses.</summary>
    internal static string NewUser() => $"user {Guid.NewGuid():n}";

    private RoomMembers Members(string room) => Chat.Room(room).Members;

    private async Task<IEnumerable<string>> RoomsAsync() =>
        (await Inbox.ListAsync(cancellationToken: Cancelled)).Rooms.Select(room => room.Room);
}
