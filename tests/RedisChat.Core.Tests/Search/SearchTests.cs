using Microsoft.Extensions.DependencyInjection;
using RedisChat.Search.Sqlite;

namespace RedisChat.Tests.Search;

/// <summary>Searching for a user: with their rights, and with the messages as they are.</summary>
public sealed class SearchTests : IDisposable
{
    private readonly InMemoryMessageStore _store = new();
    private readonly ObservedIndex _index = new();
    private readonly Chat _chat;

    public SearchTests() => _chat = new Chat(_store, index: _index);

    private static CancellationToken Cancelled => TestContext.Current.CancellationToken;

    public void Dispose() => _index.Dispose();

    [Fact]
    public async Task A_hit_has_the_message_its_highlights_and_a_snippet()
    {
        await _chat.SendAsync("lobby", "alice", "nothing", Cancelled);
        await _chat.SendAsync("lobby", "alice", "The release notes\nare here", Cancelled);
        await FeedAsync("lobby");

        var hit = (await FindAsync("bob", "RELEASE not")).Hits.Should().ContainSingle().Subject;

        hit.Room.Should().Be("lobby");
        hit.Message.Should().Be(await _chat.GetAsync("lobby", 2, Cancelled));
        hit.Highlights.Should().Equal(new TextRange(4, 7), new TextRange(12, 5));
        hit.Snippet.Text.Should().Be("The release notes are here");
        hit.Snippet.Highlights.Should().Equal(hit.Highlights);
    }

    [Fact]
    public async Task A_snippet_of_a_long_text_is_around_the_first_match_and_tears_nothing_apart()
    {
        var text = string.Concat(Enumerable.Repeat("👩‍👩‍👧é ", 200)) + "needle " + string.Concat(Enumerable.Repeat("👩‍👩‍👧", 200));
        await _chat.SendAsync("lobby", "alice", text, Cancelled);
        await FeedAsync("lobby");

        var snippet = (await FindAsync("bob", "needle")).Hits.Single().Snippet;

        snippet.Text.Length.Should().BeLessThan(170);
        snippet.Text.Should().StartWith("…👩‍👩‍👧é ").And.EndWith("👧…");
        var range = snippet.Highlights.Should().ContainSingle().Subject;
        snippet.Text[range.Start..range.End].Should().Be("needle");
    }

    [Fact]
    public async Task Rooms_that_the_user_may_not_read_do_not_exist_for_the_search()
    {
        var secret = _chat.Room("secret");
        await secret.Rules.ChangeAsync(Actor.Application, _ => RuleSet.MembersOnly, Cancelled);
        await secret.Members.SetRoleAsync("alice", RoomRole.Member, Actor.Application, cancellationToken: Cancelled);
        for (var i = 0; i < 150; i++)
        {
            await secret.SendAsync("alice", "tea in secret", Cancelled);
        }

        await _chat.SendAsync("open", "carol", "tea for all", Cancelled);
        await secret.Thread(1).SendAsync("alice", "tea in a thread", Cancelled);
        await FeedAsync("secret", "open", new ThreadId("secret", 1).RoomId);

        (await FindAsync("alice", "tea", 100)).Hits.Should().HaveCount(100);
        var bobs = await FindAsync("bob", "tea", 100);
        bobs.Hits.Select(hit => hit.Room).Should().Equal("open");
        bobs.Cursor.Should().BeNull("a cursor would say that there is more");
        (await FindAsync("bob", "secret")).Should().BeEquivalentTo(new SearchPage { Hits = [] });
        (await _chat.User("bob").Search.FindAsync(new MessageSearch("tea") { Rooms = ["secret"] }, cancellationToken: Cancelled)).Should().BeEquivalentTo(new SearchPage { Hits = [] });
        (await _chat.User("bob").Search.FindAsync(new MessageSearch("tea") { Rooms = [new ThreadId("secret", 1).RoomId] }, cancellationToken: Cancelled)).Hits.Should().BeEmpty();
        (await secret.Search.FindAsync(new MessageSearch("tea"), "bob", Cancelled)).Hits.Should().BeEmpty();
        (await secret.Search.FindAsync(new MessageSearch("thread"), Actor.Application, Cancelled)).Hits.Should().ContainSingle().Which.Room.Should().Be(new ThreadId("secret", 1).RoomId);

        await secret.Members.BanAsync("alice", Actor.Application, cancellationToken: Cancelled);
        (await FindAsync("alice", "tea", 100)).Hits.Select(hit => hit.Room).Should().Equal("open");
    }

    [Fact]
    public async Task The_application_can_leave_rooms_out()
    {
        await _chat.SendAsync("one", "alice", "tea", Cancelled);
        await _chat.SendAsync("two", "alice", "tea", Cancelled);
        await _chat.Room("one").Thread(1).SendAsync("alice", "tea", Cancelled);
        await FeedAsync("one", "two", new ThreadId("one", 1).RoomId);
        var asked = new List<string>();

        var page = await _chat.User("bob").Search.FindAsync(
            new MessageSearch("tea"),
            (room, _) =>
            {
                asked.Add(room);
                return new(room != "one");
            },
            Cancelled);

        page.Hits.Select(hit => hit.Room).Should().Equal("two");
        asked.Should().BeEquivalentTo("one", "two");
    }

    [Fact]
    public async Task Pages_together_have_each_hit_once_newest_first()
    {
        var hidden = _chat.Room("hidden");
        await hidden.Rules.ChangeAsync(Actor.Application, _ => RuleSet.MembersOnly, Cancelled);
        for (var i = 1; i <= 100; i++)
        {
            await _chat.SendAsync($"room{i % 7}", "alice", "tea", Cancelled);
            await _chat.Room("hidden").SendAsync(new NewMessage("alice", "tea") { IsFromApplication = true }, Cancelled);
        }

        await FeedAsync([.. Enumerable.Range(0, 7).Select(i => $"room{i}"), "hidden"]);
        var found = new List<SearchHit>();
        string? cursor = null;
        do
        {
            var page = await _chat.User("bob").Search.FindAsync(new MessageSearch("tea") { Limit = 9, Cursor = cursor }, cancellationToken: Cancelled);
            found.AddRange(page.Hits);
            (page.Hits.Count == 9).Should().Be(page.Cursor is not null);
            cursor = page.Cursor;
        }
        while (cursor is not null);

        found.Select(hit => (hit.Room, hit.Message.Id)).Should().OnlyHaveUniqueItems().And.HaveCount(100);
        found.Select(hit => hit.Message.Timestamp).Should().BeInDescendingOrder();
    }

    [Fact]
    public async Task What_was_deleted_or_edited_since_it_was_indexed_is_not_shown_as_it_was()
    {
        for (var i = 0; i < 4; i++)
        {
            await _chat.SendAsync("lobby", "alice", "old tea", Cancelled);
        }

        await FeedAsync("lobby");
        await _chat.DeleteAsync("lobby", 1, "alice", cancellationToken: Cancelled);
        await _chat.EditAsync("lobby", 2, "alice", "coffee", Cancelled);
        await _chat.EditAsync("lobby", 3, "alice", "new tea", Cancelled);

        (await FindAsync("bob", "tea")).Hits.Select(hit => hit.Message.Text).Should().Equal("old tea", "new tea");
        (await FindAsync("bob", "old")).Hits.Should().ContainSingle().Which.Message.Id.Should().Be(4);
        (await FindAsync("bob", "coffee")).Hits.Should().BeEmpty("it is not indexed yet");
        await FeedAsync("lobby");
        (await FindAsync("bob", "coffee")).Hits.Should().ContainSingle().Which.Message.Id.Should().Be(2);
    }

    [Fact]
    public async Task A_search_is_narrowed_by_room_user_and_time()
    {
        await _chat.SendAsync("one", "alice", "tea", Cancelled);
        await _chat.SendAsync("one", "bob", "tea", Cancelled);
        await _chat.SendAsync("two", "bob", "tea", Cancelled);
        await FeedAsync("one", "two");
        var middle = (await _chat.GetAsync("one", 2, Cancelled))!.Timestamp;

        (await FindAsync(new MessageSearch("tea") { Rooms = ["one"] })).Should().Equal(("one", 2), ("one", 1));
        (await FindAsync(new MessageSearch("tea") { User = "bob" })).Should().Equal(("two", 1), ("one", 2));
        (await FindAsync(new MessageSearch("tea") { From = middle })).Should().Equal(("two", 1), ("one", 2));
        (await FindAsync(new MessageSearch("tea") { To = middle })).Should().Equal(("one", 1));
        (await FindAsync(new MessageSearch("tea") { To = middle, User = "bob" })).Should().BeEmpty();

        async Task<IEnumerable<(string, long)>> FindAsync(MessageSearch search) =>
            (await _chat.User("carol").Search.FindAsync(search, cancellationToken: Cancelled)).Hits.Select(hit => (hit.Room, hit.Message.Id));
    }

    [Fact]
    public async Task A_message_that_is_being_written_is_found_when_it_is_complete()
    {
        await using var feeder = new RunningFeeder(_chat, "lobby");
        await using var writer = await _chat.Room("lobby").BeginAsync(new NewMessage("bot", "begun tea "), null, Cancelled);
        await _index.CaughtUpAsync(_chat, "lobby");
        (await FindAsync("bob", "tea")).Hits.Should().BeEmpty();

        await writer.AppendAsync("and coffee", Cancelled);
        await writer.CompleteAsync(Cancelled);

        await _index.CaughtUpAsync(_chat, "lobby");
        (await FindAsync("bob", "tea coffee")).Hits.Should().ContainSingle();
    }

    [Fact]
    public async Task Listed_rooms_and_threads_are_found_by_themselves_also_later()
    {
        await using var feeder = new RunningFeeder(_chat);
        await _chat.Rooms.CreateAsync("listed", new RoomAbout { Name = "Listed" }, owner: "alice", cancellationToken: Cancelled);
        await _chat.SendAsync("listed", "alice", "tea", Cancelled);
        await _chat.Room("listed").Thread(1).SendAsync("bob", "tea, too", Cancelled);
        var thread = new ThreadId("listed", 1).RoomId;
        await _index.CaughtUpAsync(_chat, "listed", thread);

        (await FindAsync("bob", "tea")).Hits.Select(hit => hit.Room).Should().Equal(thread, "listed");
    }

    [Fact]
    public async Task Rooms_of_two_users_are_indexed_once_one_of_them_searches()
    {
        await using var feeder = new RunningFeeder(_chat);
        var direct = await _chat.Rooms.DirectAsync("alice", "bob", Cancelled);
        await direct.SendAsync("alice", "tea", Cancelled);
        (await FindAsync("carol", "tea")).Hits.Should().BeEmpty();
        (await _index.ListRoomsAsync(Cancelled)).Should().BeEmpty();

        await FindAsync("bob", "tea");
        await _index.CaughtUpAsync(_chat, direct.Id);

        (await FindAsync("bob", "tea")).Hits.Should().ContainSingle();
        (await FindAsync("alice", "tea")).Hits.Should().ContainSingle();
        (await FindAsync("carol", "tea")).Hits.Should().BeEmpty();
    }

    [Fact]
    public async Task Threads_whose_message_was_deleted_are_indexed_too()
    {
        await _chat.SendAsync("lobby", "alice", "tea", Cancelled);
        await _chat.SendAsync("lobby", "alice", "tea", Cancelled);
        await _chat.Room("lobby").Thread(1).SendAsync("bob", "tea of a deleted message", Cancelled);
        await _chat.Room("lobby").Thread(2).SendAsync("bob", "tea of a message", Cancelled);
        await _chat.DeleteAsync("lobby", 1, Actor.Application, cancellationToken: Cancelled);

        await FeedAsync("lobby", new ThreadId("lobby", 1).RoomId, new ThreadId("lobby", 2).RoomId);

        (await FindAsync("bob", "tea")).Hits.Should().HaveCount(3);
    }

    [Fact]
    public async Task Deleted_rooms_leave_the_index_also_if_nobody_fed_it_then()
    {
        await _chat.SendAsync("lobby", "alice", "tea", Cancelled);
        await _chat.Room("lobby").Thread(1).SendAsync("alice", "tea", Cancelled);
        var thread = new ThreadId("lobby", 1).RoomId;
        await FeedAsync("lobby", thread);
        await _chat.Rooms.DeleteAsync("lobby", Actor.Application, cancellationToken: Cancelled);

        (await FindAsync("bob", "tea")).Hits.Should().BeEmpty();
        await using var feeder = new RunningFeeder(_chat);
        await _index.UntilAsync(async () => (await _index.ListRoomsAsync(Cancelled)).Count == 0);
        (await _index.FindAsync(new IndexQuery { Text = "tea", Limit = 10 }, Cancelled)).Should().BeEmpty();
    }

    [Fact]
    public async Task A_room_that_is_deleted_and_created_again_is_indexed_again()
    {
        await using var feeder = new RunningFeeder(_chat, "lobby");
        await _chat.SendAsync("lobby", "alice", "old tea", Cancelled);
        await _index.CaughtUpAsync(_chat, "lobby");
        await _chat.Rooms.DeleteAsync("lobby", Actor.Application, cancellationToken: Cancelled);
        await _chat.SendAsync("lobby", "alice", "new tea", Cancelled);
        await _index.CaughtUpAsync(_chat, "lobby");

        (await FindAsync("bob", "tea")).Hits.Should().ContainSingle().Which.Message.Text.Should().Be("new tea");
        (await _index.FindAsync(new IndexQuery { Text = "old", Limit = 10 }, Cancelled)).Should().BeEmpty();
    }

    [Fact]
    public async Task Two_feeders_of_one_index_agree()
    {
        await using var one = new RunningFeeder(_chat, "lobby");
        await using var other = new RunningFeeder(_chat, "lobby");
        for (var i = 0; i < 100; i++)
        {
            await _chat.SendAsync("lobby", "alice", $"tea {i}", Cancelled);
        }

        await _index.CaughtUpAsync(_chat, "lobby");
        (await _index.FindAsync(new IndexQuery { Text = "tea", Limit = 1000 }, Cancelled)).Should().HaveCount(100);
        one.Running.IsCompleted.Should().BeFalse();
        other.Running.IsCompleted.Should().BeFalse();
    }

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    [InlineData(4)]
    public Task However_feeders_end_the_index_equals_the_history(int seed) => new IndexModel(_store, _index, "", seed).RunAsync(150);

    [Fact]
    public async Task An_error_of_the_index_ends_the_feeder_and_the_next_one_continues()
    {
        _index.Fails = () => true;
        await _chat.SendAsync("lobby", "alice", "tea", Cancelled);
        await using (var failing = new RunningFeeder(_chat, "lobby"))
        {
            await Assert.ThrowsAsync<ChatIndexException>(() => failing.Running);
        }

        _index.Fails = () => false;
        await FeedAsync("lobby");
        (await FindAsync("bob", "tea")).Hits.Should().ContainSingle();
    }

    [Fact]
    public async Task Invalid_searches_are_rejected_and_a_chat_without_an_index_says_so()
    {
        var search = _chat.User("bob").Search;
        await Refused(null!);
        await Refused(new MessageSearch(null!));
        await Refused(new MessageSearch(new string('x', 257)));
        await Refused(new MessageSearch("\ud800"));
        await Refused(new MessageSearch("x") { Limit = 0 });
        await Refused(new MessageSearch("x") { Limit = 101 });
        await Refused(new MessageSearch("x") { Cursor = "" });
        await Refused(new MessageSearch("x") { Cursor = "0" });
        await Refused(new MessageSearch("x") { Cursor = "-1" });
        await Refused(new MessageSearch("x") { Cursor = "A" });
        await Refused(new MessageSearch("x") { User = "" });
        await Refused(new MessageSearch("x") { Rooms = [""] });
        await Refused(new MessageSearch("x") { Rooms = [.. Enumerable.Range(0, 101).Select(i => $"{i}")] });
        await Assert.ThrowsAsync<ChatInputException>(() => _chat.Room("lobby").Search.FindAsync(new MessageSearch("x") { Rooms = ["lobby"] }, "bob", Cancelled));
        await Assert.ThrowsAsync<ChatInputException>(() => _chat.Room("lobby").Search.FindAsync(new MessageSearch("x"), default, Cancelled));
        await Assert.ThrowsAsync<NotSupportedException>(() => new Chat(_store).User("bob").Search.FindAsync(new MessageSearch("x"), cancellationToken: Cancelled));
        await Assert.ThrowsAsync<NotSupportedException>(() => new Chat(_store).RunIndexAsync(cancellationToken: Cancelled));
        await Assert.ThrowsAsync<ArgumentException>(() => _chat.RunIndexAsync(new IndexingOptions { DiscoveryInterval = TimeSpan.Zero }, Cancelled));

        Task Refused(MessageSearch invalid) => Assert.ThrowsAsync<ChatInputException>(() => search.FindAsync(invalid, cancellationToken: Cancelled));
    }

    [Fact]
    public async Task An_index_is_added_to_the_chat_of_its_key()
    {
        await using var provider = new ServiceCollection()
            .AddKeyedRedisChat("one").UseInMemory().AddSqliteMessageIndex(_index.Path).Services
            .AddKeyedRedisChat("two").UseInMemory().AddMessageIndex<NoIndex>().Services
            .AddRedisChat().UseInMemory().Services
            .BuildServiceProvider();

        provider.GetRequiredKeyedService<IMessageIndex>("one").Should().BeOfType<SqliteMessageIndex>();
        (await provider.GetRequiredKeyedService<Chat>("one").User("bob").Search.FindAsync(new MessageSearch("tea"), cancellationToken: Cancelled)).Hits.Should().BeEmpty();
        (await Assert.ThrowsAsync<ChatIndexException>(
            () => provider.GetRequiredKeyedService<Chat>("two").User("bob").Search.FindAsync(new MessageSearch("tea"), cancellationToken: Cancelled))).Operation.Should().Be(ChatOperations.Search);
        await Assert.ThrowsAsync<NotSupportedException>(() => provider.GetRequiredService<Chat>().User("bob").Search.FindAsync(new MessageSearch("tea"), cancellationToken: Cancelled));
    }

    private Task<SearchPage> FindAsync(string user, string text, int limit = 20) => _chat.User(user).Search.FindAsync(new MessageSearch(text) { Limit = limit }, cancellationToken: Cancelled);

    private async Task FeedAsync(params string[] rooms)
    {
        await using var feeder = new RunningFeeder(_chat, rooms);
        await _index.CaughtUpAsync(_chat, rooms);
    }

    private sealed class NoIndex : IMessageIndex
    {
        public ValueTask<IReadOnlyList<string>> ListRoomsAsync(CancellationToken cancellationToken = default) => throw new ChatIndexException("There is none.");

        public ValueTask<RoomPosition?> ReadPositionAsync(string room, CancellationToken cancellationToken = default) => throw new ChatIndexException("There is none.");

        public ValueTask<bool> ApplyAsync(IndexBatch batch, CancellationToken cancellationToken = default) => throw new ChatIndexException("There is none.");

        public ValueTask<IReadOnlyList<IndexHit>> FindAsync(IndexQuery query, CancellationToken cancellationToken = default) => throw new ChatIndexException("There is none.");

        public ValueTask<IReadOnlyList<IReadOnlyList<TextRange>>> HighlightAsync(string search, IReadOnlyList<string> texts, CancellationToken cancellationToken = default) =>
            throw new ChatIndexException("There is none.");
    }
}
