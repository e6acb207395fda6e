namespace RedisChat.Conformance;

/// <summary>Threads: those who follow one have it in their inbox.</summary>
/// <param name="stores">Opens the store under test.</param>
public abstract class ThreadFollowTests(StoreFactory stores) : StoreTests(stores)
{
    private readonly string _alice = $"alice {Guid.NewGuid():n}";

    private Chat Chat => new(Store);

    private ChatRoom Above => Chat.Room(Room);

    private ChatRoom Thread => Above.Thread(1);

    private UserInbox Inbox => Chat.User(_alice).Inbox;

    /// <summary>Runs a test. A store without threads overrides this, and asserts that the test ends with a <see cref="NotSupportedException"/>.</summary>
    /// <param name="test">The test.</param>
    protected virtual Task RunAsync(Func<Task> test) => test();

    [Fact]
    public Task A_followed_thread_is_in_the_inbox() => RunAsync(async () =>
    {
        await BeginAsync();
        (await Thread.Members.GetAsync(_alice, Cancelled)).Should().BeNull();

        var member = await Thread.Members.JoinAsync(_alice, Cancelled);
        await Thread.Members.JoinAsync(_alice, Cancelled);
        await Thread.SendAsync("bob", "two", Cancelled);
        await Thread.SendAsync(_alice, "my own", Cancelled);
        await Thread.SendAsync("bob", "three", Cancelled);

        member.IsMember.Should().BeTrue();
        (await Thread.Members.GetAsync(_alice, Cancelled)).Should().Be(member);
        (await Thread.Members.ListAsync(cancellationToken: Cancelled)).Members.Should().Equal(member);
        (await Above.Members.GetAsync(_alice, Cancelled)).Should().BeNull();
        var entry = (await Inbox.ListAsync(cancellationToken: Cancelled)).Rooms.Should().ContainSingle().Subject;
        entry.Room.Should().Be(Thread.Id);
        entry.Unread.Count.Should().Be(2);
        entry.ReadUpTo.Should().Be(1);
        entry.LastMessage!.Text.Should().Be("three");
        (await Inbox.MuteAsync(Thread.Id, Cancelled)).Should().BeTrue();
        (await Chat.User(_alice).Drafts.SaveAsync(Thread.Id, "half a reply", cancellationToken: Cancelled)).Room.Should().Be(Thread.Id);

        await Thread.ReadMarkers.MarkReadAsync(_alice, 4, Cancelled);
        (await Inbox.ListAsync(cancellationToken: Cancelled)).Rooms[0].Unread.Count.Should().Be(0);

        await Thread.Members.LeaveAsync(_alice, Cancelled);
        (await Inbox.ListAsync(cancellationToken: Cancelled)).Rooms.Should().BeEmpty();
        (await Thread.Members.ListAsync(cancellationToken: Cancelled)).Members.Should().BeEmpty();
    });

    [Fact]
    public Task A_thread_without_replies_cannot_be_followed() => RunAsync(async () =>
    {
        await AppendManyAsync(1);
        var members = Thread.Members;

        (await Assert.ThrowsAsync<ChatParentNotFoundException>(() => members.JoinAsync(_alice, Cancelled))).ParentId.Should().Be(1);
        (await Thread.Members.LeaveAsync(_alice, Cancelled)).IsMember.Should().BeFalse();
        (await Inbox.ListAsync(cancellationToken: Cancelled)).Rooms.Should().BeEmpty();
    });

    [Fact]
    public Task A_watched_inbox_reports_what_happens_in_a_thread() => RunAsync(async () =>
    {
        await BeginAsync();
        await using InboxLog log = new(Inbox.WatchAsync(cancellationToken: Cancelled));

        await Thread.Members.JoinAsync(_alice, Cancelled);
        await log.UntilAsync(seen => seen.Rooms.ContainsKey(Thread.Id));
        await Thread.SendAsync("bob", "two", Cancelled);
        await log.UntilAsync(seen => seen.Rooms[Thread.Id].Unread.Count == 1);

        await Thread.Members.LeaveAsync(_alice, Cancelled);
        await log.UntilAsync(seen => seen.Rooms.Count == 0);
    });

    [Fact]
    public Task A_thread_leaves_the_inbox_with_the_right_to_read_the_room() => RunAsync(async () =>
    {
        await BeginAsync();
        await Above.Members.JoinAsync("bob", Cancelled);
        await Thread.Members.JoinAsync(_alice, Cancelled);
        await using InboxLog log = new(Inbox.WatchAsync(cancellationToken: Cancelled));
        await log.UntilAsync(seen => seen.Rooms.ContainsKey(Thread.Id));

        await Above.Members.BanAsync(_alice, Actor.Application, cancellationToken: Cancelled);
        await log.UntilAsync(seen => seen.Rooms.Count == 0);
        (await Inbox.ListAsync(cancellationToken: Cancelled)).Rooms.Should().BeEmpty();

        await Above.Members.UnbanAsync(_alice, Actor.Application, cancellationToken: Cancelled);
        await Thread.Members.JoinAsync(_alice, Cancelled);
        (await Inbox.ListAsync(cancellationToken: Cancelled)).Rooms.Should().ContainSingle();
    });

    [Fact]
    public Task A_thread_that_is_deleted_leaves_the_inbox() => RunAsync(async () =>
    {
        await BeginAsync();
        await Above.Thread(2).SendAsync("bob", "one", Cancelled);
        await Thread.Members.JoinAsync(_alice, Cancelled);
        await Above.Thread(2).Members.JoinAsync(_alice, Cancelled);
        var users = ((IUserStore)Store.GetAbility(typeof(IUserStore))!);
        (await users.ReadListedRoomsAsync(_alice, Cancelled)).Should().HaveCount(2);

        await new Chat(Store, new ChatOptions { DeleteThreads = true }).DeleteAsync(Room, 2, Actor.Application, cancellationToken: Cancelled);
        (await users.ReadListedRoomsAsync(_alice, Cancelled)).Should().ContainSingle();

        await Chat.Rooms.DeleteAsync(Room, Actor.Application, cancellationToken: Cancelled);
        (await users.ReadListedRoomsAsync(_alice, Cancelled)).Should().BeEmpty();
    });

    private async Task BeginAsync()
    {
        await AppendManyAsync(2);
        await Thread.SendAsync("bob", "one", Cancelled);
    }
}
