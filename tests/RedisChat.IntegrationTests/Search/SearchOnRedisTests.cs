using RedisChat.Tests.Search;

namespace RedisChat.IntegrationTests.Search;

/// <summary>Feeding an index from Redis, and searching with the rights of a user. What does not depend on the store is tested in RedisChat.Core.Tests.</summary>
public sealed class SearchOnRedisTests(TestServer server) : IDisposable
{
    private readonly RedisStoreOptions _options = new() { KeyPrefix = $"test-{Guid.NewGuid():n}", SealAfter = 1 };
    private readonly ObservedIndex _index = new();

    private static CancellationToken Cancelled => TestContext.Current.CancellationToken;

    public void Dispose() => _index.Dispose();

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    public async Task However_feeders_end_the_index_equals_the_history(int seed)
    {
        await using var store = NewStore();
        await new IndexModel(store, _index, "", seed).RunAsync(100);
    }

    [Fact]
    public async Task A_long_history_is_indexed_also_of_sealed_buckets_and_beyond_the_change_log()
    {
        _options.ChangeLogLength = 100;
        await using var store = NewStore();
        var chat = new Chat(store, index: _index);
        for (var batch = 0; batch < 12; batch++)
        {
            await chat.SendManyAsync("lobby", [.. Enumerable.Range(1, 100).Select(n => new NewMessage("alice", $"every {(batch * 100) + n}"))], Cancelled);
        }

        await FeedAsync(chat);
        await chat.Room("lobby").DeleteManyAsync(MessageSelection.Of(Enumerable.Range(1, 500).Select(id => (long)id)), Actor.Application, cancellationToken: Cancelled);
        for (var id = 501; id <= 700; id++)
        {
            await chat.EditAsync("lobby", id, "alice", $"edited {id}", Cancelled);
        }

        await FeedAsync(chat);

        (await _index.FindAsync(new IndexQuery { Text = "every ", Limit = 2000 }, Cancelled)).Select(hit => hit.MessageId).Should().BeEquivalentTo(Enumerable.Range(701, 500).Select(id => (long)id));
        (await _index.FindAsync(new IndexQuery { Text = "edited ", Limit = 2000 }, Cancelled)).Should().HaveCount(200);
    }

    [Fact]
    public async Task Members_find_what_others_do_not_until_they_are_banned()
    {
        await using var store = NewStore();
        var (chat, alice, bob) = (new Chat(store, index: _index), $"user {Guid.NewGuid():n}", $"user {Guid.NewGuid():n}");
        var room = chat.Room("lobby");
        await room.Rules.ChangeAsync(Actor.Application, _ => RuleSet.MembersOnly, Cancelled);
        await room.Members.SetRoleAsync(alice, RoomRole.Member, Actor.Application, cancellationToken: Cancelled);
        await room.SendAsync(alice, "tea", Cancelled);
        await room.Thread(1).SendAsync(alice, "tea again", Cancelled);
        await FeedAsync(chat, new ThreadId("lobby", 1).RoomId);

        (await FindAsync(alice)).Hits.Should().HaveCount(2);
        (await FindAsync(bob)).Should().BeEquivalentTo(new SearchPage { Hits = [] });
        await room.Members.BanAsync(alice, Actor.Application, cancellationToken: Cancelled);
        (await FindAsync(alice)).Should().BeEquivalentTo(new SearchPage { Hits = [] });

        Task<SearchPage> FindAsync(string user) => chat.User(user).Search.FindAsync(new MessageSearch("tea"), cancellationToken: Cancelled);
    }

    private async Task FeedAsync(Chat chat, params string[] threads)
    {
        await using var feeder = new RunningFeeder(chat, "lobby");
        await _index.CaughtUpAsync(chat, ["lobby", .. threads]);
    }

    private RedisMessageStore NewStore() => new(StackExchange.Redis.ConfigurationOptions.Parse(server.Require()), _options);
}
