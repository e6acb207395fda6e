namespace RedisChat.Conformance;

/// <summary>Reactions: counted exactly, in pages, live and when catching up, and gone with their message.</summary>
/// <param name="stores">Opens the store under test.</param>
public abstract class ReactionTests(StoreFactory stores) : StoreTests(stores)
{
    private RoomReactions Reactions => With(ReactionMode.OneOfEachKind);

    [Fact]
    public virtual async Task A_page_has_the_reactions_of_its_messages_by_first_use()
    {
        await AppendManyAsync(3);
        await Reactions.AddAsync(2, "alice", "👍", Cancelled);
        await Reactions.AddAsync(2, "bob", "❤", Cancelled);

        var now = await Reactions.AddAsync(2, "carol", "👍", Cancelled);

        now.Should().Equal(new Reaction("👍", 2, Own: 1), new Reaction("❤", 1));
        var page = await ReadAsync();
        page.Reactions.Should().ContainSingle().Which.Key.Should().Be(2);
        page.Reactions[2].Should().Equal(new Reaction("👍", 2), new Reaction("❤", 1));
    }

    [Fact]
    public virtual async Task A_page_for_a_reader_says_how_often_that_user_reacted()
    {
        await AppendManyAsync(2);
        await Reactions.AddAsync(1, "alice", "👍", Cancelled);
        await Reactions.AddAsync(1, "bob", "👍", Cancelled);
        await Reactions.AddAsync(1, "bob", "🎉", Cancelled);
        await Reactions.AddAsync(2, "alice", ":shipit:", Cancelled);

        var page = await ReadAsync(new MessageQuery { Reader = "bob" });

        page.Reactions[1].Should().Equal(new Reaction("👍", 2, Own: 1), new Reaction("🎉", 1, Own: 1));
        page.Reactions[2].Should().Equal(new Reaction(":shipit:", 1));
    }

    [Fact]
    public async Task A_page_without_reactions_has_none()
    {
        await AppendManyAsync(3);
        (await ReadAsync(new MessageQuery { Reader = "alice" })).Reactions.Should().BeEmpty();
    }

    [Fact]
    public virtual async Task Adding_again_and_removing_what_is_not_there_change_nothing()
    {
        await AppendManyAsync(1);
        await Reactions.AddAsync(1, "alice", "👍", Cancelled);
        var before = (await ReadAsync()).Position;

        (await Reactions.AddAsync(1, "alice", "👍", Cancelled)).Should().Equal(new Reaction("👍", 1, Own: 1));
        (await Reactions.RemoveAsync(1, "alice", "❤", Cancelled)).Should().Equal(new Reaction("👍", 1, Own: 1));
        (await Reactions.RemoveAsync(1, "bob", "👍", Cancelled)).Should().Equal(new Reaction("👍", 1));

        (await ReadAsync()).Position.Should().Be(before);
    }

    [Fact]
    public virtual async Task The_last_one_removed_leaves_nothing()
    {
        await AppendManyAsync(1);
        await Reactions.AddAsync(1, "alice", "👍", Cancelled);

        (await Reactions.RemoveAsync(1, "alice", "👍", Cancelled)).Should().BeEmpty();

        (await ReadAsync()).Reactions.Should().BeEmpty();
        (await Reactions.WhoAsync(1, "👍", cancellationToken: Cancelled)).Users.Should().BeEmpty();
    }

    [Fact]
    public virtual async Task With_and_without_a_variation_selector_it_is_one_emoji()
    {
        await AppendManyAsync(1);
        await Reactions.AddAsync(1, "alice", "❤\uFE0F", Cancelled);
        (await Reactions.AddAsync(1, "bob", "❤", Cancelled)).Should().Equal(new Reaction("❤", 2, Own: 1));
    }

    [Fact]
    public virtual async Task Where_each_user_has_one_another_emoji_replaces_it()
    {
        await AppendManyAsync(1);
        var one = With(ReactionMode.OnePerUser);
        await one.AddAsync(1, "bob", "👍", Cancelled);
        await one.AddAsync(1, "alice", "👍", Cancelled);

        (await one.AddAsync(1, "alice", "❤", Cancelled)).Should().Equal(new Reaction("👍", 1), new Reaction("❤", 1, Own: 1));
        (await one.AddAsync(1, "bob", "❤", Cancelled)).Should().Equal(new Reaction("❤", 2, Own: 1));
    }

    [Fact]
    public virtual async Task Where_they_are_counted_a_user_may_react_again_and_take_one_back()
    {
        await AppendManyAsync(1);
        var counted = With(ReactionMode.Counted);
        await counted.AddAsync(1, "alice", "👏", Cancelled);
        await counted.AddAsync(1, "alice", "👏", Cancelled);
        await counted.AddAsync(1, "bob", "👏", Cancelled);

        (await ReadAsync(new MessageQuery { Reader = "alice" })).Reactions[1].Should().Equal(new Reaction("👏", 3, Own: 2));
        (await counted.RemoveAsync(1, "alice", "👏", Cancelled)).Should().Equal(new Reaction("👏", 2, Own: 1));
    }

    [Fact]
    public virtual async Task A_message_that_is_not_there_has_no_reactions()
    {
        await AppendManyAsync(2);
        await DeleteAsync(2);

        (await Reactions.AddAsync(2, "alice", "👍", Cancelled)).Should().BeNull();
        (await Reactions.AddAsync(3, "alice", "👍", Cancelled)).Should().BeNull();
        (await Reactions.RemoveAsync(2, "alice", "👍", Cancelled)).Should().BeNull();
        (await Reactions.RemoveAsync(3, "alice", "👍", Cancelled)).Should().BeNull();
        (await With(ReactionMode.OneOfEachKind, NewRoom()).AddAsync(1, "alice", "👍", Cancelled)).Should().BeNull();
        (await ReadAsync()).Reactions.Should().BeEmpty();
    }

    [Fact]
    public virtual async Task Deleting_a_message_removes_its_reactions_and_no_others()
    {
        await AppendManyAsync(12);
        foreach (var user in new[] { "alice", "bob", "carol" })
        {
            await Reactions.AddAsync(1, user, "👍", Cancelled);
            await Reactions.AddAsync(12, user, "👍", Cancelled);
        }

        await DeleteAsync(1);

        (await ReadAsync(new MessageQuery { Reader = "bob" })).Reactions.Should().ContainSingle().Which.Key.Should().Be(12);
        (await Reactions.WhoAsync(1, "👍", cancellationToken: Cancelled)).Users.Should().BeEmpty();
        (await Reactions.WhoAsync(12, "👍", cancellationToken: Cancelled)).Users.Should().BeEquivalentTo("alice", "bob", "carol");
    }

    [Fact]
    public virtual async Task More_kinds_than_allowed_are_refused_but_more_of_a_kind_are_not()
    {
        await AppendManyAsync(1);
        for (var kind = 0; kind < 20; kind++)
        {
            await Reactions.AddAsync(1, "alice", $"kind{kind}", Cancelled);
        }

        await Assert.ThrowsAsync<ChatLimitException>(() => Reactions.AddAsync(1, "alice", "one-too-many", Cancelled));

        (await Reactions.AddAsync(1, "bob", "kind7", Cancelled))!.Single(reaction => reaction.Emoji == "kind7").Count.Should().Be(2);
        (await ReadAsync(new MessageQuery { Reader = "alice" })).Reactions[1].Should().HaveCount(20).And.OnlyContain(reaction => reaction.Own == 1);
        await Reactions.RemoveAsync(1, "alice", "kind3", Cancelled);
        (await Reactions.AddAsync(1, "alice", "another", Cancelled)).Should().HaveCount(20);
    }

    [Fact]
    public virtual async Task All_users_who_reacted_are_listed_call_by_call()
    {
        await AppendManyAsync(1);
        var users = Enumerable.Range(1, 300).Select(n => $"user {n}").ToList();
        foreach (var user in users)
        {
            await Reactions.AddAsync(1, user, "👍", Cancelled);
        }

        await Reactions.AddAsync(1, "someone else", "❤", Cancelled);

        var listed = new HashSet<string>();
        string? cursor = null;
        do
        {
            var some = await Reactions.WhoAsync(1, "👍", cursor, limit: 50, Cancelled);
            listed.UnionWith(some.Users);
            cursor = some.Cursor;
        }
        while (cursor is not null);

        listed.Should().BeEquivalentTo(users);
    }

    [Fact]
    public virtual async Task A_cursor_that_was_made_up_is_bad_input()
    {
        await AppendManyAsync(1);
        await Reactions.AddAsync(1, "alice", "👍", Cancelled);
        await Assert.ThrowsAsync<ChatInputException>(() => Reactions.WhoAsync(1, "👍", "made up", cancellationToken: Cancelled));
    }

    [Fact]
    public virtual async Task A_reaction_is_no_edit()
    {
        await AppendManyAsync(1);
        await EditAsync(1, "edited");
        var before = (await ReadAsync()).Messages.Single();

        await Reactions.AddAsync(1, "bob", "👍", Cancelled);

        (await ReadAsync()).Messages.Should().Equal(before);
        (await EditAsync(1, "edited again")).Message!.Version.Should().Be(3);
        (await ReadAsync()).Reactions[1].Should().Equal(new Reaction("👍", 1));
    }

    [Fact]
    public virtual async Task Old_messages_have_reactions_like_new_ones()
    {
        await AppendManyAsync(500);
        await Reactions.AddAsync(5, "bob", "👍", Cancelled);
        await Reactions.AddAsync(130, "bob", "👍", Cancelled);
        await Reactions.AddAsync(499, "bob", "👍", Cancelled);
        await DeleteAsync(6);
        (await Reactions.AddAsync(6, "bob", "👍", Cancelled)).Should().BeNull();
        (await Reactions.AddAsync(5, "carol", "👍", Cancelled)).Should().Equal(new Reaction("👍", 2, Own: 1));

        (await ReadAsync(new MessageQuery { After = 0, Limit = 140, Reader = "bob" })).Reactions.Keys.Should().BeEquivalentTo([5L, 130L]);
        (await ReadAsync()).Reactions.Keys.Should().Equal(499L);
        await DeleteAsync(130);
        (await ReadAsync(new MessageQuery { After = 0, Limit = 140 })).Reactions.Keys.Should().Equal(5L);
    }

    [Fact]
    public virtual async Task Reactions_of_many_users_at_once_are_all_counted()
    {
        await AppendManyAsync(1);
        await Task.WhenAll(Enumerable.Range(0, 200).Select(n => Reactions.AddAsync(1, $"user{n}", n % 2 == 0 ? "👍" : "❤", Cancelled)));
        await Task.WhenAll(Enumerable.Range(0, 50).Select(n => Reactions.RemoveAsync(1, $"user{n}", n % 2 == 0 ? "👍" : "❤", Cancelled)));

        (await ReadAsync()).Reactions[1].Should().BeEquivalentTo([new Reaction("👍", 75), new Reaction("❤", 75)]);
    }

    [Fact]
    public virtual async Task A_watcher_receives_each_reaction_with_the_new_counts()
    {
        await AppendManyAsync(1);
        await using var log = new WatchLog(Store.WatchAsync(Room, cancellationToken: Cancelled));
        await log.CaughtUpAsync();

        await Reactions.AddAsync(1, "alice", "👍", Cancelled);
        await ReachesAsync(log);
        await Reactions.AddAsync(1, "bob", "👍", Cancelled);
        await ReachesAsync(log);
        await Reactions.RemoveAsync(1, "bob", "👍", Cancelled);
        await ReachesAsync(log);
        await Reactions.RemoveAsync(1, "alice", "👍", Cancelled);
        await ReachesAsync(log);
        await AppendAsync("alice", "next");

        await log.UntilAsync(seen => seen.CreatedIds.Any());
        log.Events.OfType<RoomEvent.Reacted>().Select(happened => (happened.MessageId, happened.User, string.Join(' ', happened.Reactions)))
            .Should().Equal(
                (1, "alice", $"{new Reaction("👍", 1)}"), (1, "bob", $"{new Reaction("👍", 2)}"), (1, "bob", $"{new Reaction("👍", 1)}"), (1, "alice", ""));
        log.Events.Should().NotContain(happened => happened is RoomEvent.Gap);
    }

    [Fact]
    public virtual async Task Catching_up_delivers_the_present_counts_of_each_message_once()
    {
        await AppendManyAsync(3);
        await Reactions.AddAsync(1, "alice", "❤", Cancelled);
        var position = (await ReadAsync()).Position;
        await Reactions.AddAsync(1, "alice", "👍", Cancelled);
        await Reactions.AddAsync(2, "alice", "👍", Cancelled);
        await Reactions.AddAsync(1, "bob", "👍", Cancelled);
        await Reactions.RemoveAsync(2, "alice", "👍", Cancelled);
        await EditAsync(3, "edited");

        var changes = await Store.ReadChangesAsync(Room, position, 100, Cancelled);

        changes.Events.OfType<RoomEvent.Reacted>().OrderBy(happened => happened.MessageId)
            .Select(happened => (happened.MessageId, happened.User, string.Join(' ', happened.Reactions)))
            .Should().Equal((1, null, $"{new Reaction("❤", 1)} {new Reaction("👍", 2)}"), (2, null, ""));
        changes.Events.OfType<RoomEvent.Edited>().Should().ContainSingle().Which.Message.Id.Should().Be(3);
        changes.Position.Should().Be((await ReadAsync()).Position);
        (await Store.ReadChangesAsync(Room, changes.Position, 100, Cancelled)).Events.Should().BeEmpty();
    }

    [Fact]
    public virtual async Task A_deleted_message_is_reported_as_deleted_and_not_as_reacted_to()
    {
        await AppendManyAsync(2);
        var position = (await ReadAsync()).Position;
        await Reactions.AddAsync(1, "alice", "👍", Cancelled);
        await DeleteAsync(1);

        var changes = await Store.ReadChangesAsync(Room, position, 100, Cancelled);

        changes.Events.Should().ContainSingle().Which.Should().BeOfType<RoomEvent.Deleted>();
    }

    [Fact]
    public virtual async Task A_reader_that_has_seen_nothing_gets_reactions_from_the_page_and_not_from_events()
    {
        await AppendManyAsync(1);
        await Reactions.AddAsync(1, "alice", "👍", Cancelled);
        var page = await ReadAsync();

        (await Store.ReadChangesAsync(Room, page.Position, 100, Cancelled)).Events.Should().BeEmpty();
    }

    private RoomReactions With(ReactionMode mode, string? room = null)
    {
        var options = new ChatOptions();
        options.Reactions.Mode = mode;
        return new Chat(Store, options).Room(room ?? Room).Reactions;
    }
}
