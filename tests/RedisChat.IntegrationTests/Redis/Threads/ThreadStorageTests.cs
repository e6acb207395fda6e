using StackExchange.Redis;

namespace RedisChat.IntegrationTests.Redis.Threads;

/// <summary>How threads are stored, what their messages cost, and that nothing is left of a deleted one.</summary>
public sealed class ThreadStorageTests(TestServer server)
{
    private readonly string _prefix = $"test-{Guid.NewGuid():n}";

    private static CancellationToken Cancelled => TestContext.Current.CancellationToken;

    private IDatabase Database => server.Connection.GetDatabase();

    private string Room => $"{_prefix}:{{lobby}}";

    private string Thread => $"{Room}:t:1";

    [Fact]
    public async Task Threads_are_stored_as_documented()
    {
        await using var store = NewStore();
        var chat = new Chat(store);
        await chat.SendAsync("lobby", "alice", "the message", Cancelled);
        var before = (string?)await Database.HashGetAsync(Room, "rev");
        await chat.Room("lobby").Thread(1).SendManyAsync([new("bob", "one"), new("a b", "two"), new("bob", "three")], Cancelled);

        before.Should().BeNull();
        var revision = (string?)await Database.HashGetAsync(Room, "rev");
        var time = (string?)await Database.HashGetAsync(Thread, "at");
        (await Database.HashGetAllAsync($"{Room}:threads")).ToStringDictionary()
            .Should().BeEquivalentTo(new Dictionary<string, string> { ["1"] = $"{revision} 3 3 {time}\n3 bob\n2 a b" });
        (await Database.HashGetAsync(Room, "uses")).Should().Be("f");
        (await Database.SortedSetRangeByRankAsync($"{Room}:changed")).Select(entry => (string?)entry).Should().Equal("0", $"{revision}:f:1");
        (await Database.HashKeysAsync(Thread)).Select(field => (string?)field).Should().BeEquivalentTo("epoch", "last", "at");
        (await Database.HashLengthAsync($"{Thread}:m:0")).Should().Be(3);

        await chat.DeleteAsync("lobby", 1, "alice", cancellationToken: Cancelled);
        (await Database.HashGetAsync($"{Room}:threads", 1)).Should().Be("x");
    }

    [Fact]
    public async Task A_room_without_threads_has_no_key_and_no_field_of_them()
    {
        await using var store = NewStore();
        var chat = new Chat(store);
        await chat.SendManyAsync("lobby", [new("alice", "one"), new("alice", "two")], Cancelled);
        await chat.DeleteAsync("lobby", 1, "alice", cancellationToken: Cancelled);
        await Assert.ThrowsAsync<ChatParentNotFoundException>(() => chat.Room("lobby").Thread(1).SendAsync("alice", "hello", Cancelled));
        await Assert.ThrowsAsync<ChatParentNotFoundException>(() => chat.Room("lobby").Thread(2).Members.JoinAsync("alice", Cancelled));
        await chat.Room("lobby").Thread(2).ReceiveAsync(new MessageQuery { Reader = "alice" }, Cancelled);

        (await KeysAsync()).Should().NotContain(key => key.Contains(":t:", StringComparison.Ordinal) || key.EndsWith(":threads", StringComparison.Ordinal));
        (await Database.HashKeysAsync(Room)).Select(field => (string)field!).Should().BeEquivalentTo("epoch", "last", "at", "rev", "deleted");
    }

    [Fact]
    public async Task Nothing_is_left_of_a_thread_that_is_deleted_with_its_message()
    {
        await using var store = NewStore();
        var chat = new Chat(store, new ChatOptions { DeleteThreads = true });
        await chat.SendManyAsync("lobby", [new("alice", "one"), new("alice", "two"), new("alice", "three")], Cancelled);
        foreach (var id in new[] { 1, 2, 3 })
        {
            await FillAsync(chat.Room("lobby").Thread(id));
        }

        await chat.DeleteAsync("lobby", 1, "alice", cancellationToken: Cancelled);
        await chat.Room("lobby").DeleteManyAsync(MessageSelection.Of(2), Actor.Application, cancellationToken: Cancelled);

        var keys = await KeysAsync();
        keys.Should().NotContain(key => key.StartsWith($"{Room}:t:1", StringComparison.Ordinal) || key.StartsWith($"{Room}:t:2", StringComparison.Ordinal));
        keys.Should().Contain($"{Room}:t:3").And.Contain($"{Room}:t:3:members");
        (await Database.HashKeysAsync($"{Room}:threads")).Select(field => (string?)field).Should().Equal("3");

        await chat.Rooms.DeleteAsync("lobby", Actor.Application, cancellationToken: Cancelled);
        (await KeysAsync()).Should().NotContain(key => key.StartsWith(Room, StringComparison.Ordinal));
        (await Database.HashLengthAsync($"{_prefix}:{{user:fan}}:rooms")).Should().Be(0);
    }

    [Fact]
    public async Task A_value_that_is_not_a_summary_is_one_clear_error()
    {
        await using var store = NewStore();
        var chat = new Chat(store);
        await chat.SendAsync("lobby", "alice", "one", Cancelled);
        await chat.Room("lobby").Thread(1).SendAsync("alice", "one", Cancelled);
        await Database.HashSetAsync($"{Room}:threads", "1", "not a summary");

        var error = await Assert.ThrowsAsync<ChatDataException>(() => chat.ReceiveAsync("lobby", cancellationToken: Cancelled));

        (error.Key, error.Field, error.Room).Should().Be(($"{Room}:threads", "1", "lobby"));
    }

    [Theory]
    [InlineData("threads")]
    [InlineData("changed")]
    public async Task A_key_of_another_type_in_the_room_leaves_the_thread_as_it_was(string key)
    {
        await using var store = NewStore();
        var chat = new Chat(store);
        await chat.SendAsync("lobby", "alice", "one", Cancelled);
        await Database.StringSetAsync($"{Room}:{key}", "something else");
        var before = await KeysAsync();

        await Assert.ThrowsAsync<ChatDataException>(() => chat.Room("lobby").Thread(1).SendAsync("bob", "hello", Cancelled));

        (await KeysAsync()).Should().BeEquivalentTo(before);
    }

    [Fact]
    public async Task A_reply_in_a_thread_that_is_known_is_one_command()
    {
        await using var proxy = new StepProxy(server.Connection.GetEndPoints()[0], _prefix);
        await using var connection = await ConnectionMultiplexer.ConnectAsync(proxy.Configure($"{server.Configuration},asyncTimeout=60000"));
        await using var store = new RedisMessageStore(connection, new RedisStoreOptions { KeyPrefix = _prefix });
        var chat = new Chat(store);
        var thread = chat.Room("lobby").Thread(1);
        await chat.SendAsync("lobby", "alice", "the message", Cancelled);
        string[] script = ["EVALSHA"];

        await proxy.StepAsync(() => thread.SendAsync("bob", "one", Cancelled), script);
        await proxy.StepAsync(() => thread.SendManyAsync([new("bob", "two"), new("carol", "three")], Cancelled), script);
        await proxy.StepAsync(() => Assert.ThrowsAsync<ChatParentNotFoundException>(() => chat.Room("lobby").Thread(2).SendAsync("bob", "one", Cancelled)), script);
        await proxy.StepAsync(() => chat.SendAsync("lobby", "alice", "plain", Cancelled), script);
    }

    private static async Task FillAsync(ChatRoom thread)
    {
        for (var batch = 0; batch < 2; batch++)
        {
            await thread.SendManyAsync([.. Enumerable.Range(0, 100).Select(n => new NewMessage($"user {n % 7}", $"{n}"))], Cancelled);
        }

        await thread.Members.JoinAsync("fan", Cancelled);
        await thread.Reactions.AddAsync(199, "fan", "👍", Cancelled);
        await thread.Pins.PinAsync(200, Actor.Application, Cancelled);
        await thread.EditAsync(1, Actor.Application, "edited", Cancelled);
        await thread.DeleteAsync(2, Actor.Application, cancellationToken: Cancelled);
    }

    private async Task<IReadOnlyList<string>> KeysAsync()
    {
        var keys = new List<string>();
        await foreach (var key in server.Connection.GetServers()[0].KeysAsync(pattern: $"{_prefix}*").WithCancellation(Cancelled))
        {
            keys.Add((string)key!);
        }

        return [.. keys.Distinct()];
    }

    private RedisMessageStore NewStore() =>
        new(ConfigurationOptions.Parse(server.Configuration!), new RedisStoreOptions { KeyPrefix = _prefix });
}
