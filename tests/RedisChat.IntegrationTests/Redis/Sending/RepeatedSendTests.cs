using StackExchange.Redis;

namespace RedisChat.IntegrationTests.Redis;

/// <summary>Sends without an idempotency key whose answer was lost are recognized by the call that carried them, and stored once.</summary>
public sealed class RepeatedSendTests : IAsyncLifetime
{
    private const string Room = "lobby";
    private static readonly RedisKey RoomKey = "chatroom:{lobby}";

    private RedisProcess _redis = null!;
    private FaultProxy _network = null!;
    private ConnectionMultiplexer _admin = null!;
    private RedisMessageStore _store = null!;
    private Chat _chat = null!;

    private static CancellationToken Cancelled => TestContext.Current.CancellationToken;

    public async ValueTask InitializeAsync()
    {
        _redis = await RedisProcess.StartAsync();
        _network = new FaultProxy(_redis.Port);
        _admin = await _redis.ConnectAsync();
        _store = new RedisMessageStore(ConfigurationOptions.Parse($"{_network.Configuration},asyncTimeout=500"));
        _chat = new Chat(_store, new ChatOptions { OperationTimeout = TimeSpan.FromMinutes(1) });
        await _chat.SendAsync(Room, "alice", "before", Cancelled);
    }

    public async ValueTask DisposeAsync()
    {
        await _store.DisposeAsync();
        await _admin.DisposeAsync();
        await _network.DisposeAsync();
        await _redis.DisposeAsync();
    }

    [Fact]
    public async Task A_send_whose_answer_was_lost_is_found_and_not_stored_again()
    {
        _network.SwallowAnswers(true);
        var send = _chat.SendAsync(Room, "alice", "hello", Cancelled);
        await UntilLastIsAsync(2);
        _network.Cut();
        _network.SwallowAnswers(false);

        var receipt = await send;

        receipt.Id.Should().Be(2);
        receipt.IsDuplicate.Should().BeFalse("the sender knows of no earlier attempt");
        var messages = await ReadAsync();
        messages.Select(message => message.Text).Should().Equal("before", "hello");
        messages[1].Timestamp.Should().Be(receipt.Timestamp);
        (await _chat.SendAsync(Room, "alice", "next", Cancelled)).Id.Should().Be(3);
    }

    [Fact]
    public async Task A_reply_whose_answer_was_lost_is_found_although_its_parent_was_deleted_since()
    {
        _network.SwallowAnswers(true);
        var send = _chat.SendAsync(Room, new NewMessage("bob", "yes") { ReplyTo = 1 }, Cancelled);
        await UntilLastIsAsync(2);
        await using var other = new RedisMessageStore(_admin);
        await new Chat(other).DeleteAsync(Room, 1, "alice", cancellationToken: Cancelled);
        _network.Cut();
        _network.SwallowAnswers(false);

        var receipt = await send;

        (receipt.Id, receipt.IsDuplicate).Should().Be((2, false));
        (await ReadAsync()).Should().ContainSingle().Which.ReplyTo.Should().Be(1);
    }

    [Fact]
    public async Task Combined_sends_are_each_found_in_their_place()
    {
        _network.SwallowAnswers(true);
        var sends = new List<Task<IReadOnlyList<MessageReceipt>>> { SendManyAsync("first") };

        // They wait for the first, and are combined once it has failed.
        sends.Add(SendManyAsync("a"));
        sends.Add(SendManyAsync("b1", "b2", "b3"));
        sends.Add(SendManyAsync("c"));
        await UntilLastIsAsync(7);
        _network.Cut();
        _network.SwallowAnswers(false);

        var receipts = await Task.WhenAll(sends);

        receipts.Select(each => string.Join(' ', each.Select(receipt => receipt.Id))).Should().Equal("2", "3", "4 5 6", "7");
        (await ReadAsync()).Select(message => message.Text).Should().Equal("before", "first", "a", "b1", "b2", "b3", "c");
    }

    [Fact]
    public async Task A_call_that_arrives_after_it_was_given_up_stores_nothing()
    {
        // This send stays in transit while the sender repeats it over a new connection.
        _network.HoldRequests();
        var receipt = await _chat.SendAsync(Room, "alice", "hello", Cancelled);
        receipt.Id.Should().Be(2);
        var before = await _admin.GetDatabase().HashGetAllAsync(RoomKey);

        await _network.DeliverHeldAsync();
        await Poll.UntilAsync(async () => await RefusedAsync() > 0, "the late call is refused");

        (await _admin.GetDatabase().HashGetAllAsync(RoomKey)).Should().Equal(before);
        (await ReadAsync()).Select(message => message.Text).Should().Equal("before", "hello");
        (await _chat.SendAsync(Room, "alice", "next", Cancelled)).Id.Should().Be(3);
    }

    [Fact]
    public async Task A_batch_that_arrives_after_it_was_given_up_changes_nothing()
    {
        await SendManyAsync("a", "b", "c");
        _network.HoldRequests();
        (await SendManyAsync("d", "e", "f"))[0].Id.Should().Be(5);
        var before = await _admin.GetDatabase().HashGetAllAsync(RoomKey);

        await _network.DeliverHeldAsync();
        await Poll.UntilAsync(async () => await RefusedAsync() > 0, "the late call is refused");

        (await _admin.GetDatabase().HashGetAllAsync(RoomKey)).Should().Equal(before);
        (await ReadAsync()).Select(message => message.Text).Should().Equal("before", "a", "b", "c", "d", "e", "f");
        (await _chat.ReceiveAsync(Room, new MessageQuery { User = "alice" }, Cancelled)).Messages.Select(message => message.Text)
            .Should().Equal(["before", "a", "b", "c", "d", "e", "f"], "the list of the author's messages is whole");
    }

    private Task<IReadOnlyList<MessageReceipt>> SendManyAsync(params string[] texts) =>
        _chat.SendManyAsync(Room, [.. texts.Select(text => new NewMessage("alice", text))], Cancelled);

    private async Task<IReadOnlyList<Message>> ReadAsync() =>
        (await _chat.ReceiveAsync(Room, new MessageQuery { Limit = 100 }, Cancelled)).Messages;

    private Task UntilLastIsAsync(long last) =>
        Poll.UntilAsync(async () => (long)await _admin.GetDatabase().HashGetAsync(RoomKey, "last") == last, $"the server has message {last}");

    private async Task<int> RefusedAsync()
    {
        var errors = await _admin.GetServers()[0].InfoAsync("errorstats");
        return errors.SelectMany(section => section).Count(entry => entry.Key == "errorstat_CHATGIVENUP");
    }
}
