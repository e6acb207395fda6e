using RedisChat.Redis;
using StackExchange.Redis;

namespace RedisChat.IntegrationTests.Redis.Replies;

/// <summary>The commands and round trips of replies, and that all other sends and pages take what they take without them.</summary>
public sealed class ReplyCostTests(TestServer server) : IAsyncLifetime
{
    private static readonly string[] Script = ["EVALSHA"];
    private static readonly string[] ReadSealed = ["HMGET"];

    private readonly string _prefix = $"test-{Guid.NewGuid():n}";
    private StepProxy _proxy = null!;
    private ConnectionMultiplexer _connection = null!;
    private RedisMessageStore _store = null!;
    private Chat _chat = null!;

    private static CancellationToken Cancelled => TestContext.Current.CancellationToken;

    public async ValueTask InitializeAsync()
    {
        _proxy = new StepProxy(server.Connection.GetEndPoints()[0], _prefix);
        _connection = await ConnectionMultiplexer.ConnectAsync(_proxy.Configure($"{server.Configuration},asyncTimeout=60000"));
        (_store, _chat) = NewChat();

        // The first use of a script on a connection loads it; later uses send only its hash.
        await _chat.SendAsync("warm up", "alice", "hello", Cancelled);
    }

    public async ValueTask DisposeAsync()
    {
        await _connection.DisposeAsync();
        await _proxy.DisposeAsync();
    }

    [Fact]
    public async Task A_reply_to_an_open_message_is_one_command_and_so_is_a_refused_one()
    {
        await FillAsync(100);

        await _proxy.StepAsync(() => ReplyAsync(100), Script);
        await _proxy.StepAsync(() => ReplyAsync(1), Script);
        await _proxy.StepAsync(() => RefusedAsync(1000), Script);
        await _chat.DeleteAsync("lobby", 2, "alice", cancellationToken: Cancelled);
        await _proxy.StepAsync(() => RefusedAsync(2), Script);
        await _proxy.StepAsync(() => _chat.SendAsync("lobby", "alice", "plain", Cancelled), Script);
    }

    [Fact]
    public async Task A_reply_to_a_sealed_message_takes_two_more_round_trips_and_so_does_a_refused_one()
    {
        await FillAsync(400);
        await _chat.DeleteAsync("lobby", 2, "alice", cancellationToken: Cancelled);

        await _proxy.StepAsync(() => ReplyAsync(1), Script, ReadSealed, Script);
        await _proxy.StepAsync(() => RefusedAsync(2), Script, ReadSealed, Script);
        await _proxy.StepAsync(
            () => _chat.SendManyAsync("lobby", [new("bob", "1") { ReplyTo = 3 }, new("bob", "2"), new("bob", "3") { ReplyTo = 130 }], Cancelled),
            Script, ReadSealed, Script);
    }

    [Fact]
    public async Task A_refused_reply_to_a_room_that_does_not_exist_leaves_nothing_to_learn()
    {
        await _proxy.StepAsync(() => RefusedAsync(1, "nowhere"), Script);
        await _proxy.StepAsync(() => _chat.SendAsync("nowhere", "alice", "first", Cancelled), Script);
    }

    [Fact]
    public async Task Sends_without_keys_share_no_call_with_replies_and_replies_share_one()
    {
        await FillAsync(5);
        var sends = new List<Task>();

        await _proxy.StepAsync(
            async () =>
            {
                sends.Add(_chat.SendAsync("lobby", "alice", "under way", Cancelled));
                sends.Add(_chat.SendAsync("lobby", "alice", "1", Cancelled));
                sends.Add(_chat.SendAsync("lobby", "bob", "2", Cancelled));
                sends.Add(ReplyAsync(1));
                sends.Add(RefusedAsync(1000));
                sends.Add(ReplyAsync(2));
                sends.Add(_chat.SendAsync("lobby", new NewMessage("carol", "keyed") { IdempotencyKey = "key" }, Cancelled));
                sends.Add(_chat.SendAsync("lobby", "alice", "last", Cancelled));
                await Task.WhenAll(sends);
                return sends.Count;
            },
            Script, Script, Script, Script);

        (await _chat.ReceiveAsync("lobby", new MessageQuery { After = 5 }, Cancelled)).Messages.Select(message => (message.Text, message.ReplyTo)).Should().Equal(
            ("under way", null), ("1", null), ("2", null), ("reply", 1), ("reply", 2), ("keyed", null), ("last", null));
    }

    [Fact]
    public async Task Others_do_not_wait_for_a_reply_to_a_sealed_message()
    {
        await FillAsync(400);

        await _proxy.StepAsync(
            async () =>
            {
                var first = _chat.SendAsync("lobby", "alice", "under way", Cancelled);
                var reply = ReplyAsync(1);
                var keyed = _chat.SendAsync("lobby", new NewMessage("carol", "keyed") { IdempotencyKey = "key" }, Cancelled);
                await Task.WhenAll(first, reply, keyed);
                return 3;
            },
            Script, Script, ReadSealed, Script);

        (await _chat.ReceiveAsync("lobby", new MessageQuery { After = 400 }, Cancelled)).Messages.Select(message => message.Text)
            .Should().Equal("under way", "keyed", "reply");
    }

    [Fact]
    public async Task A_page_without_replies_takes_what_it_takes_without_the_feature()
    {
        await FillAsync(300);
        await ReplyAsync(1);
        await _chat.SendManyAsync("lobby", [.. Enumerable.Repeat(new NewMessage("alice", "hello"), 30)], Cancelled);

        var page = await _proxy.StepAsync(() => _chat.ReceiveAsync("lobby", new MessageQuery { Limit = 20 }, Cancelled), [["HMGET", "HMGET"]]);

        page.Parents.Should().BeEmpty().And.BeSameAs(new MessagePage { Messages = [], Position = default }.Parents);
    }

    [Fact]
    public async Task A_page_with_20_replies_to_20_other_messages_takes_one_more_round_trip()
    {
        await FillAsync(400);
        await _chat.SendManyAsync("lobby", [.. Enumerable.Range(1, 20).Select(n => new NewMessage("bob", "reply") { ReplyTo = n * 15 })], Cancelled);
        await _chat.DeleteAsync("lobby", 15, "alice", cancellationToken: Cancelled);
        await _chat.DeleteAsync("lobby", 300, "alice", cancellationToken: Cancelled);

        // Parents in three buckets, two of them sealed, and one message deleted in each kind.
        var page = await _proxy.StepAsync(
            () => _chat.ReceiveAsync("lobby", new MessageQuery { Limit = 20 }, Cancelled), ["HMGET", "HMGET"], ["HMGET", "HMGET", "HMGET", "HMGET"]);

        page.Messages.Should().HaveCount(20);
        page.Parents.Should().HaveCount(20);
        page.Parents.Where(parent => parent.Value.IsDeleted).Select(parent => parent.Key).Should().BeEquivalentTo([15L, 300L]);
    }

    [Fact]
    public async Task A_page_whose_parents_are_on_it_takes_no_more_round_trip()
    {
        await FillAsync(10);
        await ReplyAsync(9);
        await ReplyAsync(11);

        var page = await _proxy.StepAsync(() => _chat.ReceiveAsync("lobby", new MessageQuery { Limit = 10 }, Cancelled), [["HMGET", "HMGET"]]);

        page.Parents.Keys.Should().BeEquivalentTo([9L, 11L]);
    }

    [Fact]
    public async Task One_message_events_and_the_whole_history_read_no_parents()
    {
        await FillAsync(400);
        var position = (await _chat.ReceiveAsync("lobby", null, Cancelled)).Position;
        await ReplyAsync(1);
        await ReplyAsync(2);

        await _proxy.StepAsync(() => _chat.GetAsync("lobby", 401, Cancelled), ["HGET"]);
        await _proxy.StepAsync(() => _chat.ReadChangesAsync("lobby", position, 10, Cancelled), ["HMGET", "ZRANGEBYSCORE"], ["HMGET"]);
        (await _proxy.StepAsync(ReadAllAsync, ["HMGET", "STRLEN", "GETRANGE", "STRLEN"], ["HMGET"])).Should().Be(2);

        async Task<int> ReadAllAsync()
        {
            var count = 0;
            await foreach (var message in _chat.ReceiveAllAsync("lobby", "bob", Cancelled))
            {
                count++;
            }

            return count;
        }
    }

    [Fact]
    public async Task A_proof_that_is_out_of_date_is_made_again()
    {
        await FillAsync(400);
        foreach (var stale in new[] { "0000", "-0000" })
        {
            using var send = (PendingSend)_store.Sends.Prepare("lobby", new NewMessage("bob", "reply") { ReplyTo = 1 }, Durability.Memory);
            send.SetProof(1, stale);

            await _proxy.StepAsync(() => send.AttemptAsync(Cancelled).AsTask(), Script, ReadSealed, Script);
        }

        (await _chat.ReceiveAsync("lobby", new MessageQuery { After = 400 }, Cancelled)).Messages.Should().HaveCount(2);
    }

    private Task<MessageReceipt> ReplyAsync(long parent) => _chat.SendAsync("lobby", new NewMessage("bob", "reply") { ReplyTo = parent }, Cancelled);

    private Task<ChatParentNotFoundException> RefusedAsync(long parent, string room = "lobby") =>
        Assert.ThrowsAsync<ChatParentNotFoundException>(() => _chat.SendAsync(room, new NewMessage("bob", "reply") { ReplyTo = parent }, Cancelled));

    private async Task FillAsync(int count)
    {
        for (var sent = 0; sent < count; sent += 50)
        {
            await _chat.SendManyAsync("lobby", [.. Enumerable.Repeat(new NewMessage("alice", "hello"), Math.Min(50, count - sent))], Cancelled);
        }

        // Background sealing would be counted.
        await _store.SealedAsync();
    }

    private (RedisMessageStore Store, Chat Chat) NewChat()
    {
        var store = new RedisMessageStore(
            RedisConnection.Shared(_connection), new RedisStoreOptions { KeyPrefix = _prefix, SealAfter = 1, LiveProbeInterval = TimeSpan.FromMinutes(1) }, null);
        return (store, new Chat(store, new ChatOptions { OperationTimeout = TimeSpan.FromMinutes(1) }));
    }
}
