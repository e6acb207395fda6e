using StackExchange.Redis;

namespace RedisChat.IntegrationTests.Redis.Replies;

/// <summary>How replies are stored, that other messages are stored as before, and what broken values do.</summary>
public sealed class ReplyStorageTests(TestServer server)
{
    private readonly string _prefix = $"test-{Guid.NewGuid():n}";

    private static CancellationToken Cancelled => TestContext.Current.CancellationToken;

    private IDatabase Database => server.Connection.GetDatabase();

    private string Room => $"{_prefix}:{{lobby}}";

    [Fact]
    public async Task A_reply_is_stored_and_published_as_documented_and_another_message_as_without_the_feature()
    {
        await using var store = NewStore();
        var chat = new Chat(store);
        var heard = await server.Connection.GetSubscriber().SubscribeAsync(RedisChannel.Literal($"{Room}:live"));
        var plain = await chat.SendAsync("lobby", "alice", "hello", Cancelled);
        var reply = await chat.SendAsync(
            "lobby",
            new NewMessage("bob", "yes") { ReplyTo = 1, IdempotencyKey = "key", Metadata = new Dictionary<string, string> { ["a"] = "b" } },
            Cancelled);
        await chat.SendAsync("lobby", new NewMessage("bob", "no") { ReplyTo = 2 }, Cancelled);
        var last = await chat.SendAsync("lobby", "alice", "bye", Cancelled);

        var values = (await Database.HashGetAllAsync($"{Room}:m:0")).ToStringDictionary();
        values.Should().HaveCount(4);
        values["1"].Should().Be($$"""{"t":{{plain.Position.Stamp}},"u":"alice","c":"hello"}""");
        values["2"].Should().Be($$"""{"t":{{reply.Position.Stamp}},"u":"bob","c":"yes","m":{"a":"b"},"k":"key","r":1}""");
        values["3"].Should().EndWith(""","u":"bob","c":"no","r":2}""");
        values["4"].Should().Be($$"""{"t":{{last.Position.Stamp}},"u":"alice","c":"bye"}""");
        var epoch = await Database.HashGetAsync(Room, "epoch");
        (await heard.ReadAsync(Cancelled)).Message.ToString().Should().Be($"c {epoch} 1 {plain.Position.Stamp} 0 0\n{values["1"]}");
        (await heard.ReadAsync(Cancelled)).Message.ToString().Should().Be($"c {epoch} 2 {reply.Position.Stamp} 0 {plain.Position.Stamp}\n{values["2"]}");
        (await Database.HashKeysAsync(Room)).Select(field => (string)field!).Should().BeEquivalentTo("epoch", "last", "at");
        (await Database.StringGetAsync($"{Room}:u:bob")).ToString().Should().Be("2,3,");
        await heard.UnsubscribeAsync();
    }

    [Fact]
    public async Task The_text_of_the_parent_is_stored_nowhere_else()
    {
        server.NeedRedis("The keys are listed.");
        await using var store = NewStore();
        var chat = new Chat(store);
        await chat.SendAsync("lobby", "alice", "a secret that is deleted later", Cancelled);
        await chat.SendAsync("lobby", new NewMessage("bob", "yes") { ReplyTo = 1 }, Cancelled);

        await chat.DeleteAsync("lobby", 1, "alice", cancellationToken: Cancelled);

        await foreach (var key in server.Connection.GetServers()[0].KeysAsync(pattern: $"{_prefix}:*"))
        {
            Convert.ToHexString((await Database.KeyDumpAsync(key))!).Should().NotContain(Convert.ToHexString("secret"u8));
        }
    }

    [Fact]
    public async Task A_plain_send_is_the_same_call_in_a_room_with_replies()
    {
        server.NeedRedis("MONITOR shows the calls.");
        await using var redis = await RedisProcess.StartAsync();
        await using var connection = await redis.ConnectAsync();
        await using var store = new RedisMessageStore(connection);
        var chat = new Chat(store);
        await chat.SendAsync("lobby", "alice", "hello", Cancelled);
        await chat.SendAsync("lobby", new NewMessage("bob", "yes") { ReplyTo = 1 }, Cancelled);
        await using var monitor = await RedisMonitor.StartAsync(redis);
        await chat.SendAsync("lobby", "alice", "plain", Cancelled);
        await chat.SendAsync("lobby", new NewMessage("alice", "keyed") { IdempotencyKey = "key" }, Cancelled);
        var lines = await monitor.StopAsync(connection);

        // Six keys and ten arguments; with a key, one key, a field and a digest more.
        var calls = lines.Where(line => line.Contains("\"EVALSHA\"", StringComparison.OrdinalIgnoreCase)).Select(line => line.Split("\" \"").Length).ToList();
        calls.Should().Equal(3 + 6 + 10, 3 + 7 + 12);
        lines.Count(line => line.Contains(" lua] ", StringComparison.Ordinal)).Should().Be(8 + 11, "that is what the two run without the feature");
    }

    [Theory]
    [InlineData("\"1\"")]
    [InlineData("0")]
    [InlineData("-1")]
    [InlineData("1.5")]
    [InlineData("9000000000000001")]
    [InlineData("null")]
    [InlineData("{}")]
    public async Task A_value_whose_parent_is_no_message_id_is_no_message(string parent)
    {
        await using var store = NewStore();
        var chat = new Chat(store);
        await chat.SendManyAsync("lobby", [new("alice", "one"), new("alice", "two")], Cancelled);
        await Database.HashSetAsync($"{Room}:m:0", 2, $$"""{"t":5,"u":"alice","c":"two","r":{{parent}}}""");

        var page = await chat.ReceiveAsync("lobby", null, Cancelled);

        page.Messages.Should().ContainSingle();
        page.Unreadable.Should().ContainSingle().Which.Id.Should().Be(2);
    }

    [Fact]
    public async Task A_parent_that_cannot_be_read_is_reported_with_the_page_and_is_not_deleted()
    {
        await using var store = NewStore();
        var chat = new Chat(store);
        await FillAsync(chat, store, 400);
        await chat.SendManyAsync("lobby", [new("bob", "to an open one") { ReplyTo = 390 }, new("bob", "to a sealed one") { ReplyTo = 1 }], Cancelled);
        await Database.HashSetAsync($"{Room}:m:3", 390, "nonsense");
        await Database.HashSetAsync($"{Room}:sealed", 0, "nonsense");

        var page = await chat.ReceiveAsync("lobby", new MessageQuery { Limit = 2 }, Cancelled);

        page.Messages.Should().HaveCount(2);
        page.Parents.Values.Should().HaveCount(2).And.OnlyContain(parent => parent.Message == null && !parent.IsDeleted);
        page.Unreadable.Select(message => (message.Id, message.Key, message.Field)).Should().Equal((1, $"{Room}:sealed", "0"), (390, $"{Room}:m:3", "390"));
    }

    [Fact]
    public async Task A_reply_into_a_sealed_bucket_that_cannot_be_read_fails_and_others_do_not()
    {
        await using var store = NewStore();
        var chat = new Chat(store);
        await FillAsync(chat, store, 400);
        await Database.HashSetAsync($"{Room}:sealed", 0, "nonsense");

        var sends = Enumerable.Range(0, 10).Select(n => chat.SendAsync("lobby", new NewMessage("bob", "yes") { ReplyTo = n == 5 ? 1 : 130 }, Cancelled)).ToList();

        (await Assert.ThrowsAsync<ChatDataException>(() => sends[5])).Field.Should().Be("0");
        sends.RemoveAt(5);
        (await Task.WhenAll(sends)).Should().HaveCount(9);
    }

    [Fact]
    public async Task A_bucket_of_another_type_fails_the_reply_and_no_other_send()
    {
        await using var store = NewStore();
        var chat = new Chat(store);
        await FillAsync(chat, store, 10);
        await Database.StringSetAsync($"{Room}:m:7", "not a hash");

        var sends = Enumerable.Range(0, 10).Select(n => chat.SendAsync("lobby", new NewMessage("bob", "yes") { ReplyTo = n == 5 ? 900 : 1 }, Cancelled)).ToList();

        await Assert.ThrowsAsync<ChatDataException>(() => sends[5]);
        sends.RemoveAt(5);
        (await Task.WhenAll(sends)).Should().HaveCount(9);
    }

    private RedisMessageStore NewStore() => new(server.Connection, new RedisStoreOptions { KeyPrefix = _prefix, SealAfter = 1 });

    private static async Task FillAsync(Chat chat, RedisMessageStore store, int count)
    {
        for (var sent = 0; sent < count; sent += 50)
        {
            await chat.SendManyAsync("lobby", [.. Enumerable.Repeat(new NewMessage("alice", "hello"), Math.Min(50, count - sent))], Cancelled);
        }

        await store.SealedAsync();
    }
}
