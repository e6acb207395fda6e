using System.Collections.Concurrent;
using StackExchange.Redis;

namespace RedisChat.IntegrationTests.Redis;

/// <summary>Sends to a room while a call is under way are combined in the next call, and each has its own outcome.</summary>
public sealed class CombinedSendTests(TestServer server) : IAsyncLifetime
{
    private const string Room = "lobby";
    private static readonly string[] Script = ["EVALSHA"];

    private readonly string _prefix = $"test-{Guid.NewGuid():n}";
    private StepProxy _proxy = null!;
    private ConnectionMultiplexer _connection = null!;
    private Chat _chat = null!;

    private static CancellationToken Cancelled => TestContext.Current.CancellationToken;

    public async ValueTask InitializeAsync()
    {
        _proxy = new StepProxy(server.Connection.GetEndPoints()[0], _prefix);
        _connection = await ConnectionMultiplexer.ConnectAsync(_proxy.Configure($"{server.Configuration},asyncTimeout=60000"));
        _chat = new Chat(
            new RedisMessageStore(_connection, new RedisStoreOptions { KeyPrefix = _prefix }),
            new ChatOptions { OperationTimeout = TimeSpan.FromMinutes(1) });

        // The first use of a script on a connection loads it; later uses send only its hash.
        await _chat.SendAsync("warm up", "alice", "hello", Cancelled);
    }

    public async ValueTask DisposeAsync()
    {
        await _connection.DisposeAsync();
        await _proxy.DisposeAsync();
    }

    [Fact]
    public async Task Sends_while_a_call_is_under_way_are_combined_in_the_next_in_order_and_at_most_64()
    {
        var receipts = await _proxy.StepAsync(
            () => Task.WhenAll(Enumerable.Range(1, 100).Select(n => _chat.SendAsync(Room, $"user{n % 7}", $"{n}", Cancelled))),
            Script, Script, Script);

        receipts.Select(receipt => receipt.Id).Should().Equal(Enumerable.Range(1, 100).Select(n => (long)n));
        receipts.Should().NotContain(receipt => receipt.IsDuplicate);
        var messages = await ReadAsync();
        messages.Select(message => message.Text).Should().Equal(Enumerable.Range(1, 100).Select(n => $"{n}"));
        messages.Select(message => message.Timestamp).Should().Equal(receipts.Select(receipt => receipt.Timestamp));
        (await _chat.ReceiveAsync(Room, new MessageQuery { User = "user3", Limit = 100 }, Cancelled)).Messages
            .Select(message => message.Text).Should().Equal(Enumerable.Range(1, 100).Where(n => n % 7 == 3).Select(n => $"{n}"));
    }

    [Fact]
    public async Task Batches_and_single_sends_are_combined_but_no_batch_is_split()
    {
        var sends = new List<Task<IReadOnlyList<MessageReceipt>>>();
        await _proxy.StepAsync(
            () =>
            {
                sends.Add(SendManyAsync(1));
                sends.Add(SendManyAsync(30));
                sends.Add(SendManyAsync(30));

                // These 5 would make it 65.
                sends.Add(SendManyAsync(5));
                sends.Add(SendManyAsync(59));
                return Task.WhenAll(sends);
            },
            Script, Script, Script);

        (await Task.WhenAll(sends)).Select(receipts => receipts[0].Id).Should().Equal(1, 2, 32, 62, 67);
    }

    [Fact]
    public async Task No_more_than_64_KiB_are_combined()
    {
        var text = new string('x', 15_000);

        await _proxy.StepAsync(
            () => Task.WhenAll(Enumerable.Range(1, 9).Select(_ => _chat.SendAsync(Room, "alice", text, Cancelled))), Script, Script, Script);

        (await ReadAsync()).Should().HaveCount(9);
    }

    [Fact]
    public async Task Combined_sends_are_one_live_event()
    {
        var heard = await server.Connection.GetSubscriber().SubscribeAsync(RedisChannel.Literal($"{_prefix}:{{{Room}}}:live"));

        await _proxy.StepAsync(
            () => Task.WhenAll(Enumerable.Range(1, 21).Select(n => _chat.SendAsync(Room, "alice", $"{n}", Cancelled))), Script, Script);

        (await heard.ReadAsync(Cancelled)).Message.ToString().Split('\n').Should().HaveCount(1 + 1);
        (await heard.ReadAsync(Cancelled)).Message.ToString().Split('\n').Should().HaveCount(1 + 20);
        await _chat.SendAsync(Room, "alice", "the next one", Cancelled);
        (await heard.ReadAsync(Cancelled)).Message.ToString().Should().Contain("the next one");
        await heard.UnsubscribeAsync();
    }

    [Fact]
    public async Task Sends_with_their_own_keys_are_combined_and_a_repetition_among_them_is_recognized()
    {
        await _chat.SendAsync(Room, Keyed("old"), Cancelled);

        var receipts = await _proxy.StepAsync(
            () => Task.WhenAll(new[] { "1", "2", "old", "3", "2" }.Select(key => _chat.SendAsync(Room, Keyed(key), Cancelled))), Script, Script);

        receipts.Select(receipt => receipt.Id).Should().Equal(2, 3, 1, 4, 3);
        receipts.Select(receipt => receipt.IsDuplicate).Should().Equal(false, false, true, false, true);
        (await ReadAsync()).Select(message => message.Text).Should().Equal("old", "1", "2", "3");
    }

    [Fact]
    public async Task A_refused_send_does_not_fail_the_others()
    {
        await _chat.SendAsync(Room, Keyed("taken"), Cancelled);
        var sends = new List<Task<MessageReceipt>>();

        await _proxy.StepAsync(
            () =>
            {
                sends.Add(_chat.SendAsync(Room, Keyed("1"), Cancelled));
                sends.Add(_chat.SendAsync(Room, Keyed("2"), Cancelled));
                sends.Add(_chat.SendAsync(Room, Keyed("taken") with { Text = "another text" }, Cancelled));
                sends.Add(_chat.SendAsync(Room, Keyed("3"), Cancelled));
                return Task.WhenAny(Task.WhenAll(sends));
            },
            Script, Script, Script, Script, Script);

        await Assert.ThrowsAsync<ChatIdempotencyConflictException>(() => sends[2]);
        (await sends[0]).Id.Should().Be(2);
        (await sends[1]).Id.Should().Be(3);
        (await sends[3]).Id.Should().Be(4);
        (await ReadAsync()).Select(message => message.Text).Should().Equal("taken", "1", "2", "3");
    }

    [Fact]
    public async Task A_send_cancelled_while_it_waits_is_not_sent_and_the_others_are()
    {
        using var cancelled = new CancellationTokenSource();
        Task<MessageReceipt> cancelledSend = null!;

        await _proxy.StepAsync(
            () =>
            {
                var first = _chat.SendAsync(Room, "alice", "first", Cancelled);
                var second = _chat.SendAsync(Room, "alice", "second", Cancelled);
                cancelledSend = _chat.SendAsync(Room, "alice", "never", cancelled.Token);
                var third = _chat.SendAsync(Room, "alice", "third", Cancelled);
                cancelled.Cancel();
                return Task.WhenAll(first, second, third);
            },
            Script, Script);

        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => cancelledSend);
        (await ReadAsync()).Select(message => message.Text).Should().Equal("first", "second", "third");
    }

    [Fact]
    public async Task If_all_waiting_sends_are_cancelled_nothing_is_sent_and_the_next_goes_at_once()
    {
        using var cancelled = new CancellationTokenSource();
        var cancelledSends = new List<Task>();

        await _proxy.StepAsync(
            () =>
            {
                var first = _chat.SendAsync(Room, "alice", "first", Cancelled);
                cancelledSends.Add(_chat.SendAsync(Room, "alice", "never", cancelled.Token));
                cancelledSends.Add(_chat.SendAsync(Room, "alice", "never", cancelled.Token));
                cancelled.Cancel();
                return first;
            },
            Script);
        await _proxy.StepAsync(() => _chat.SendAsync(Room, "alice", "second", Cancelled), Script);

        foreach (var send in cancelledSends)
        {
            await Assert.ThrowsAnyAsync<OperationCanceledException>(() => send);
        }

        (await ReadAsync()).Select(message => message.Text).Should().Equal("first", "second");
    }

    [Fact]
    public async Task The_next_call_does_not_run_in_the_context_of_the_sender_who_began()
    {
        var request = new AsyncLocal<string?>();
        var contexts = new ConcurrentQueue<string?>();

        // The client library asks for the profiling session of each command where the command is made.
        _connection.RegisterProfiler(() =>
        {
            contexts.Enqueue(request.Value);
            return null;
        });
        await _proxy.StepAsync(
            () =>
            {
                request.Value = "the first request";
                var first = _chat.SendAsync(Room, "alice", "first", Cancelled);
                request.Value = "the second request";
                return Task.WhenAll(first, _chat.SendAsync(Room, "bob", "second", Cancelled));
            },
            Script, Script);

        contexts.Should().Equal("the first request", null);
    }

    [Fact]
    public async Task Rooms_do_not_wait_for_each_other()
    {
        await _proxy.StepAsync(
            () => Task.WhenAll(Enumerable.Range(1, 5).Select(n => _chat.SendAsync($"room {n}", "alice", "hello", Cancelled))),
            [["EVALSHA", "EVALSHA", "EVALSHA", "EVALSHA", "EVALSHA"]]);
    }

    private static NewMessage Keyed(string key) => new("alice", key) { IdempotencyKey = key };

    private Task<IReadOnlyList<MessageReceipt>> SendManyAsync(int count) =>
        _chat.SendManyAsync(Room, [.. Enumerable.Range(1, count).Select(n => new NewMessage("alice", $"{n}"))], Cancelled);

    private async Task<IReadOnlyList<Message>> ReadAsync() =>
        (await _chat.ReceiveAsync(Room, new MessageQuery { Limit = 100 }, Cancelled)).Messages;
}
