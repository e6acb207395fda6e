namespace RedisChat.Conformance;

/// <summary>Mentions: stored, edited and deleted with their message, listed and counted for those who are meant.</summary>
/// <param name="stores">Opens the store under test.</param>
public abstract class MentionTests(StoreFactory stores) : StoreTests(stores)
{
    private static readonly Actor App = Actor.Application;

    private readonly string _ann = InboxTests.NewUser();
    private readonly string _bob = InboxTests.NewUser();

    private Chat Chat => new(Store);

    private ChatRoom Target => Chat.Room(Room);

    /// <summary>Runs a test. A store without mentions overrides it, and asserts that the test ends with a <see cref="NotSupportedException"/>.</summary>
    /// <param name="test">The test.</param>
    protected virtual Task RunAsync(Func<Task> test) => test();

    [Fact]
    public Task A_message_has_its_mentions_wherever_it_is_read_each_once_and_in_one_order() => RunAsync(async () =>
    {
        await AppendAsync("carol", "first");
        var before = await ReadAsync();
        await using var log = new WatchLog(Store.WatchAsync(Room, before.Position), before);
        await log.CaughtUpAsync();

        var sent = await SendAsync("carol", Mention.User(_bob), Mention.Role("moderator"), Mention.User(_ann), Mention.User(_bob));

        Mention[] expected = [Mention.Role("moderator"), .. new[] { _ann, _bob }.Order(StringComparer.Ordinal).Select(Mention.User)];
        (await Store.GetAsync(Room, sent.Id, Cancelled))!.Mentions.Should().Equal(expected);
        (await ReadAsync()).Messages[^1].Mentions.Should().Equal(expected);
        (await ReadAsync()).Messages[0].Mentions.Should().BeEmpty();
        await log.ReachesAsync(sent.Position);
        log.Events.OfType<RoomEvent.Created>().Single().Message.Mentions.Should().Equal(expected);
        (await Store.ReadChangesAsync(Room, before.Position, 10, Cancelled)).Events.OfType<RoomEvent.Created>().Single().Message
            .Should().Be(await Store.GetAsync(Room, sent.Id, Cancelled));
    });

    [Fact]
    public Task A_user_is_mentioned_by_id_by_role_and_with_everyone_and_never_by_themselves() => RunAsync(async () =>
    {
        await Target.Members.JoinAsync(_ann, Cancelled);
        await Target.Members.JoinAsync(_bob, Cancelled);
        await SendAsync("carol", Mention.User(_ann));
        await SendAsync("carol", Mention.Role(RoomRole.Member), Mention.User(_ann), Mention.Everyone);
        await SendAsync("carol");
        await SendAsync("carol", Mention.Everyone);
        await SendAsync(_ann, Mention.Everyone, Mention.User(_ann), Mention.Role(RoomRole.Member));
        await SendAsync("carol", Mention.Role(RoomRole.Moderator));

        (await ListAsync(_ann)).Should().Equal(4, 2, 1);
        (await ListAsync(_bob)).Should().Equal(5, 4, 2);
        (await ListAsync("dan")).Should().Equal(5, 4, 2);
        (await UnreadAsync(_ann)).Should().Be(3);
        (await UnreadAsync(_bob)).Should().Be(3);
        (await UnreadAsync("dan")).Should().Be(3, "the room is open to him");
        (await UnreadAsync("carol")).Should().Be(1);
    });

    [Fact]
    public Task The_role_counts_that_the_user_has_when_asked() => RunAsync(async () =>
    {
        await Target.Members.JoinAsync(_ann, Cancelled);
        await SendAsync("carol", Mention.Role(RoomRole.Moderator));
        await SendAsync("carol", Mention.Role(RoomRole.Member));

        (await ListAsync(_ann)).Should().Equal(2);
        await Target.Members.SetRoleAsync(_ann, RoomRole.Moderator, App, cancellationToken: Cancelled);
        (await ListAsync(_ann)).Should().Equal(1);
        (await UnreadAsync(_ann)).Should().Be(1);
        await Target.Members.LeaveAsync(_ann, Cancelled);
        (await ListAsync(_ann)).Should().BeEmpty();
    });

    [Fact]
    public Task Unread_mentions_follow_the_marker() => RunAsync(async () =>
    {
        await Target.Members.JoinAsync(_ann, Cancelled);
        for (var i = 0; i < 5; i++)
        {
            await SendAsync("carol", Mention.User(_ann));
            await SendAsync("carol");
        }

        await Target.ReadMarkers.MarkReadAsync(_ann, 5, Cancelled);
        (await UnreadAsync(_ann)).Should().Be(2);
        await Target.ReadMarkers.MarkUnreadAsync(_ann, 3, Cancelled);
        (await UnreadAsync(_ann)).Should().Be(4);
        await Target.ReadMarkers.MarkReadAsync(_ann, 10, Cancelled);
        (await UnreadAsync(_ann)).Should().Be(0);
        (await ListAsync(_ann)).Should().Equal(9, 7, 5, 3, 1);
    });

    [Fact]
    public Task An_edit_adds_and_removes_mentions_and_keeps_those_it_does_not_name() => RunAsync(async () =>
    {
        await Target.Members.JoinAsync(_ann, Cancelled);
        await Target.Members.JoinAsync(_bob, Cancelled);
        var sent = await SendAsync("carol", Mention.User(_ann), Mention.Everyone);

        await Target.EditAsync(sent.Id, "carol", "still", Cancelled);
        await Target.EditAsync(sent.Id, "carol", "still here", new Dictionary<string, string> { ["a"] = "b" }, Cancelled);
        (await Target.GetAsync(sent.Id, Cancelled))!.Mentions.Should().Equal(Mention.Everyone, Mention.User(_ann));

        await Target.EditAsync(sent.Id, "carol", new MessageEdit("now bob") { Mentions = [Mention.User(_bob)] }, Cancelled);
        var edited = (await Target.GetAsync(sent.Id, Cancelled))!;
        edited.Mentions.Should().Equal(Mention.User(_bob));
        edited.Metadata.Should().ContainKey("a");
        (await UnreadAsync(_ann)).Should().Be(0);
        (await UnreadAsync(_bob)).Should().Be(1);

        var version = edited.Version;
        await Target.EditAsync(sent.Id, "carol", new MessageEdit("now bob") { Mentions = [Mention.User(_bob)] }, Cancelled);
        (await Target.GetAsync(sent.Id, Cancelled))!.Version.Should().Be(version, "nothing changed");

        await Target.EditAsync(sent.Id, "carol", new MessageEdit("now bob") { Mentions = [] }, Cancelled);
        (await Target.GetAsync(sent.Id, Cancelled))!.Mentions.Should().BeEmpty();
        (await UnreadAsync(_bob)).Should().Be(0);

        await Target.EditAsync(sent.Id, "carol", new MessageEdit("ann") { Mentions = [Mention.User(_ann)] }, Cancelled);
        (await ListAsync(_ann)).Should().Equal(sent.Id);
    });

    [Fact]
    public Task Deleted_messages_mention_nobody() => RunAsync(async () =>
    {
        await Target.Members.JoinAsync(_ann, Cancelled);
        for (var i = 0; i < 6; i++)
        {
            await SendAsync("carol", Mention.User(_ann), Mention.Role(RoomRole.Member), Mention.Everyone);
        }

        await Target.DeleteAsync(2, "carol", cancellationToken: Cancelled);
        (await UnreadAsync(_ann)).Should().Be(5);
        await Target.DeleteManyAsync(MessageSelection.Of(1, 3, 6), App, cancellationToken: Cancelled);

        (await UnreadAsync(_ann)).Should().Be(2);
        (await ListAsync(_ann)).Should().Equal(5, 4);
    });

    [Fact]
    public Task A_repeated_send_mentions_once_and_one_with_other_mentions_is_a_conflict() => RunAsync(async () =>
    {
        var message = new NewMessage("carol", "look") { IdempotencyKey = "key", Mentions = [Mention.User(_ann), Mention.User(_bob)] };
        var first = await Target.SendAsync(message, Cancelled);

        var second = await Target.SendAsync(message with { Mentions = [Mention.User(_bob), Mention.User(_ann)] }, Cancelled);

        (second.Id, second.IsDuplicate).Should().Be((first.Id, true));
        (await ListAsync(_ann)).Should().Equal(first.Id);
        await Assert.ThrowsAsync<ChatIdempotencyConflictException>(() => Target.SendAsync(message with { Mentions = [Mention.User(_ann)] }, Cancelled));
        await Assert.ThrowsAsync<ChatIdempotencyConflictException>(() => Target.SendAsync(message with { Mentions = [] }, Cancelled));
    });

    [Fact]
    public Task The_list_is_paged_newest_first() => RunAsync(async () =>
    {
        for (var i = 0; i < 7; i++)
        {
            await SendAsync("carol", Mention.User(_ann));
            await SendAsync("carol", Mention.Everyone);
        }

        var first = await Target.Mentions.ListAsync(_ann, limit: 6, cancellationToken: Cancelled);
        var second = await Target.Mentions.ListAsync(_ann, first.Before, 6, Cancelled);
        var third = await Target.Mentions.ListAsync(_ann, second.Before, 6, Cancelled);

        first.Messages.Concat(second.Messages).Concat(third.Messages).Select(message => message.Id).Should().Equal(Enumerable.Range(1, 14).Reverse().Select(id => (long)id));
        (first.Before, second.Before, third.Before).Should().Be((9, 3, null));
        (await Target.Mentions.ListAsync(_ann, 3, 2, Cancelled)).Before.Should().BeNull();
        (await Chat.Room(NewRoom()).Mentions.ListAsync(_ann, cancellationToken: Cancelled)).Messages.Should().BeEmpty();
    });

    [Fact]
    public Task Many_unread_mentions_are_counted_up_to_the_limit_however_they_overlap() => RunAsync(async () =>
    {
        await Target.Members.JoinAsync(_ann, Cancelled);
        NewMessage[] messages =
        [
            .. Enumerable.Range(0, 60).Select(i => new NewMessage("carol", $"{i}") { IsFromApplication = true, Mentions = [Mention.User(_ann), Mention.Everyone] }),
            .. Enumerable.Range(60, 38).Select(i => new NewMessage("carol", $"{i}") { IsFromApplication = true, Mentions = [Mention.Role(RoomRole.Member)] }),
        ];
        await Target.SendManyAsync(messages, Cancelled);
        (await UnreadAsync(_ann)).Should().Be(98);

        await SendAsync("carol", Mention.Everyone);
        (await UnreadAsync(_ann)).Should().Be(99);
        await SendAsync("carol", Mention.Everyone);
        await SendAsync("carol", Mention.User(_ann));
        (await UnreadAsync(_ann)).Should().Be(ChatLimits.MaxUnread);
    });

    [Fact]
    public Task The_inbox_counts_unread_mentions_of_each_room_and_over_all_rooms() => RunAsync(async () =>
    {
        var other = NewRoom();
        foreach (var room in new[] { Room, other })
        {
            await Chat.Room(room).Members.JoinAsync(_ann, Cancelled);
        }

        await SendAsync("carol", Mention.User(_ann));
        await SendAsync("carol");
        await Chat.SendAsync(other, new NewMessage("carol", "two") { IsFromApplication = true, Mentions = [Mention.Everyone] }, Cancelled);
        await Chat.SendAsync(other, new NewMessage("carol", "three") { Mentions = [Mention.Role(RoomRole.Member)] }, Cancelled);
        var inbox = Chat.User(_ann).Inbox;
        await inbox.MuteAsync(other, Cancelled);

        (await inbox.ListAsync(cancellationToken: Cancelled)).Rooms.ToDictionary(room => room.Room, room => (room.Unread.Count, room.UnreadMentions))
            .Should().BeEquivalentTo(new Dictionary<string, (int, int)> { [Room] = (2, 1), [other] = (2, 2) });
        (await inbox.CountUnreadMentionsAsync(Cancelled)).Should().Be(3);
        await Chat.Room(other).ReadMarkers.MarkReadAsync(_ann, 2, Cancelled);
        (await inbox.CountUnreadMentionsAsync(Cancelled)).Should().Be(1);
        (await Chat.User(InboxTests.NewUser()).Inbox.CountUnreadMentionsAsync(Cancelled)).Should().Be(0);
    });

    [Fact]
    public Task A_watched_inbox_shows_a_mention_that_an_edit_adds_or_removes() => RunAsync(async () =>
    {
        await Target.Members.JoinAsync(_ann, Cancelled);
        var sent = await SendAsync("carol");
        await using var log = new InboxLog(Chat.User(_ann).Inbox.WatchAsync(new InboxWatchOptions { Interval = TimeSpan.Zero }, Cancelled));
        await log.UntilAsync(inbox => inbox.Rooms.TryGetValue(Room, out var room) && room is { Unread.Count: 1, UnreadMentions: 0 });

        // With an older message, so that nothing but the mention changes.
        await SendAsync("carol");
        await log.UntilAsync(inbox => inbox.Rooms[Room].Unread.Count == 2);
        await Target.EditAsync(sent.Id, App, new MessageEdit("ann?") { Mentions = [Mention.User(_ann)] }, Cancelled);
        await log.UntilAsync(inbox => inbox.Rooms[Room] is { Unread.Count: 2, UnreadMentions: 1 });
        await Target.EditAsync(sent.Id, App, new MessageEdit("nobody") { Mentions = [] }, Cancelled);
        await log.UntilAsync(inbox => inbox.Rooms[Room] is { Unread.Count: 2, UnreadMentions: 0 });
    });

    [Fact]
    public Task A_room_that_is_deleted_and_created_again_mentions_nobody() => RunAsync(async () =>
    {
        await SendAsync("carol", Mention.User(_ann), Mention.Everyone);
        await Chat.Rooms.DeleteAsync(Room, App, cancellationToken: Cancelled);
        (await ListAsync(_ann)).Should().BeEmpty();

        await SendAsync("carol");

        (await ListAsync(_ann)).Should().BeEmpty();
        (await UnreadAsync(_ann)).Should().Be(0);
    });

    [Fact]
    public Task Another_process_that_does_not_know_the_room_finds_its_mentions() => RunAsync(async () =>
    {
        await SendAsync("carol");
        var other = new Chat(OpenStore()).Room(Room);
        (await other.ReadMarkers.GetUnreadMentionsAsync(_ann, Cancelled)).Should().Be(0);

        await SendAsync("carol", Mention.User(_ann));

        (await other.ReadMarkers.GetUnreadMentionsAsync(_ann, Cancelled)).Should().Be(1);
        (await new Chat(OpenStore()).Room(Room).Mentions.ListAsync(_ann, cancellationToken: Cancelled)).Messages.Should().ContainSingle();
    });

    private Task<MessageReceipt> SendAsync(string user, params Mention[] mentions) =>
        Target.SendAsync(new NewMessage(user, $"{Guid.NewGuid()}") { IsFromApplication = true, Mentions = [.. mentions] }, Cancelled);

    private async Task<IEnumerable<long>> ListAsync(string user) => (await Target.Mentions.ListAsync(user, cancellationToken: Cancelled)).Messages.Select(message => message.Id);

    private Task<int> UnreadAsync(string user) => Target.ReadMarkers.GetUnreadMentionsAsync(user, Cancelled);
}
