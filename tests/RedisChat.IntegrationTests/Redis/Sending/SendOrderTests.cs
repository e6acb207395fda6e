using System.Diagnostics;
using StackExchange.Redis;

namespace RedisChat.IntegrationTests.Redis;

/// <summary>Unawaited sends: their order, the caller's changes meanwhile, and the trace that they carry.</summary>
public sealed class SendOrderTests(TestServer server)
{
    private readonly string _prefix = $"test-{Guid.NewGuid():n}";

    private static CancellationToken Cancelled => TestContext.Current.CancellationToken;

    [Fact]
    public async Task One_callers_unawaited_sends_keep_their_order_in_more_rooms_than_are_cached()
    {
        const int Sends = 2000;
        const int Rooms = 5;
        var chat = NewChat(new RedisStoreOptions { KeyPrefix = _prefix, RoomCacheSize = 1 });

        var receipts = await Task.WhenAll(Enumerable.Range(0, Sends).Select(n => chat.SendAsync($"room {n % Rooms}", "alice", $"{n}", Cancelled)));

        for (var room = 0; room < Rooms; room++)
        {
            receipts.Where((_, n) => n % Rooms == room).Select(receipt => receipt.Id).Should()
                .Equal(Enumerable.Range(1, Sends / Rooms).Select(id => (long)id), "room {0}", room);
        }
    }

    [Fact]
    public async Task Each_unawaited_send_has_the_metadata_of_its_call_even_if_the_dictionary_is_reused()
    {
        const int Sends = 2000;
        var chat = NewChat(new RedisStoreOptions { KeyPrefix = _prefix });
        var metadata = new Dictionary<string, string>();
        var sends = new List<Task>();
        for (var n = 0; n < Sends; n++)
        {
            metadata["n"] = $"{n}";
            sends.Add(chat.SendAsync("lobby", new NewMessage("alice", $"{n}") { Metadata = metadata }, Cancelled));
        }

        metadata["n"] = new string('x', 100_000);
        await Task.WhenAll(sends);

        var found = 0;
        await foreach (var message in chat.ReceiveAllAsync("lobby", cancellationToken: Cancelled))
        {
            message.Metadata["n"].Should().Be(message.Text);
            found++;
        }

        found.Should().Be(Sends);
    }

    [Fact]
    public async Task A_send_in_a_recorded_activity_has_its_traceparent_in_the_event_and_any_other_send_has_none()
    {
        var chat = NewChat(new RedisStoreOptions { KeyPrefix = _prefix });
        var heard = await server.Connection.GetSubscriber().SubscribeAsync(RedisChannel.Literal($"{_prefix}:{{lobby}}:live"));
        await chat.SendAsync("lobby", "alice", "not traced", Cancelled);
        (await HeadAsync()).Should().NotContain("~");

        using (var activity = new Activity("request").SetIdFormat(ActivityIdFormat.W3C).Start())
        {
            await chat.SendAsync("lobby", "alice", "not recorded", Cancelled);
            (await HeadAsync()).Should().NotContain("~");
            activity.ActivityTraceFlags = ActivityTraceFlags.Recorded;
            await chat.SendAsync("lobby", "alice", "recorded", Cancelled);
            (await HeadAsync()).Should().MatchRegex($" ~00-{activity.TraceId}-[0-9a-f]{{16}}-01$");
            await chat.SendManyAsync("lobby", [new("alice", "one"), new("bob", "two")], Cancelled);
            (await HeadAsync()).Should().MatchRegex($" ~00-{activity.TraceId}-[0-9a-f]{{16}}-01$");
        }

        await chat.SendAsync("lobby", "alice", "not traced", Cancelled);
        (await HeadAsync()).Should().NotContain("~");
        await heard.UnsubscribeAsync();

        async Task<string> HeadAsync() => ((string)(await heard.ReadAsync(Cancelled)).Message!).Split('\n')[0];
    }

    private Chat NewChat(RedisStoreOptions options) =>
        new(new RedisMessageStore(server.ChatConnection, options), new ChatOptions { OperationTimeout = TimeSpan.FromMinutes(1) });
}
