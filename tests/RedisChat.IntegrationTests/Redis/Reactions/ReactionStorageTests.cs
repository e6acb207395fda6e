using RedisChat.Redis;
using StackExchange.Redis;

namespace RedisChat.IntegrationTests.Redis.Reactions;

/// <summary>How reactions are stored, and the cost of many at once.</summary>
public sealed class ReactionStorageTests(TestServer server)
{
    private readonly string _prefix = $"test-{Guid.NewGuid():n}";

    private static CancellationToken Cancelled => TestContext.Current.CancellationToken;

    private IDatabase Database => server.Connection.GetDatabase();

    private string Room => $"{_prefix}:{{lobby}}";

    [Fact]
    public async Task Reactions_are_stored_as_documented_and_leave_no_trace_of_a_deleted_message()
    {
        await using var store = NewStore();
        var chat = new Chat(store);
        await chat.SendManyAsync("lobby", [new("alice", "one"), new("alice", "two")], Cancelled);
        var reactions = chat.Room("lobby").Reactions;
        await reactions.AddAsync(1, "alice", "👍", Cancelled);
        await reactions.AddAsync(1, "bob:2", "👍", Cancelled);
        await reactions.AddAsync(1, "bob:2", "❤\uFE0F", Cancelled);
        var revision = (string?)await Database.HashGetAsync(Room, "rev");

        (await Database.HashGetAllAsync($"{Room}:r:0")).ToStringDictionary().Should().BeEquivalentTo(new Dictionary<string, string>
        {
            ["1"] = $"{revision} 👍 2 ❤ 1",
            ["1:alice"] = "👍 1",
            ["1:bob:2"] = "👍 1 ❤ 1",
        });
        (await Database.HashGetAsync(Room, "uses")).Should().Be("r");
        (await Database.SortedSetRangeByRankAsync($"{Room}:changed", -1)).Single().Should().Be($"{revision}:r:1");

        await chat.DeleteAsync("lobby", 1, "alice", cancellationToken: Cancelled);

        (await Database.KeyExistsAsync($"{Room}:r:0")).Should().BeFalse();
    }

    [Fact]
    public async Task A_room_without_reactions_has_no_key_and_no_field_of_them()
    {
        await using var store = NewStore();
        var chat = new Chat(store);
        await chat.SendAsync("lobby", "alice", "one", Cancelled);
        await chat.EditAsync("lobby", 1, "alice", "changed", Cancelled);
        (await chat.Room("lobby").Reactions.RemoveAsync(1, "alice", "👍", Cancelled)).Should().BeEmpty();

        (await Database.KeyExistsAsync($"{Room}:r:0")).Should().BeFalse();
        (await Database.HashKeysAsync(Room)).Select(field => (string)field!).Should().BeEquivalentTo("epoch", "last", "at", "rev");
    }

    [Fact]
    public async Task A_thousand_concurrent_users_are_counted_exactly_at_little_more_than_one_command_each()
    {
        const int Users = 1000;
        server.NeedRedis("Commands are counted by the server.");
        await using var redis = await RedisProcess.StartAsync();
        await using var admin = await redis.ConnectAsync();
        await using var store = new RedisMessageStore(ConfigurationOptions.Parse(redis.Configuration));
        var chat = new Chat(store);
        await chat.SendManyAsync("lobby", [new("alice", "one"), new("alice", "warm up")], Cancelled);
        var reactions = chat.Room("lobby").Reactions;
        await reactions.AddAsync(2, "alice", "👍", Cancelled);
        var before = await CommandCount.OfAsync(admin, "evalsha", "eval");

        await Task.WhenAll(Enumerable.Range(0, Users).Select(n => reactions.AddAsync(1, $"user{n}", "👍", Cancelled)));

        var calls = await CommandCount.OfAsync(admin, "evalsha", "eval") - before;
        (await chat.ReceiveAsync("lobby", cancellationToken: Cancelled)).Reactions[1].Should().Equal(new Reaction("👍", Users));
        calls.Should().BeInRange(Users, (long)(Users * 1.2));
        TestContext.Current.TestOutputHelper?.WriteLine($"{calls} script calls for {Users} reactions");
    }

    [Fact]
    public async Task A_value_that_is_not_a_tally_is_one_clear_error_and_nothing_is_written()
    {
        await using var store = NewStore();
        var chat = new Chat(store);
        await chat.SendAsync("lobby", "alice", "one", Cancelled);
        await chat.Room("lobby").Reactions.AddAsync(1, "alice", "👍", Cancelled);
        await Database.HashSetAsync($"{Room}:r:0", "1", "not a tally");

        await Assert.ThrowsAsync<ChatDataException>(() => chat.Room("lobby").Reactions.AddAsync(1, "bob", "👍", Cancelled));
        var error = await Assert.ThrowsAsync<ChatDataException>(() => chat.ReceiveAsync("lobby", cancellationToken: Cancelled));

        (error.Key, error.Field, error.Room).Should().Be(($"{Room}:r:0", "1", "lobby"));
        (await Database.HashExistsAsync($"{Room}:r:0", "1:bob")).Should().BeFalse();
    }

    private RedisMessageStore NewStore() =>
        new(ConfigurationOptions.Parse(server.Configuration!), new RedisStoreOptions { KeyPrefix = _prefix });
}
