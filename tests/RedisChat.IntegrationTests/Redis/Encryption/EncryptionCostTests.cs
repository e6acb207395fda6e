using RedisChat.Redis;
using StackExchange.Redis;

namespace RedisChat.IntegrationTests.Redis.Encryption;

/// <summary>The commands and round trips in encrypted rooms: as many as in plain ones, and one read the first time that a process uses a room.</summary>
public sealed class EncryptionCostTests(TestServer server) : IAsyncLifetime
{
    private static readonly string[] Script = ["EVALSHA"];
    private static readonly string[] Keys = ["HGETALL"];
    private static readonly string[] Read = ["HGET"];

    private readonly string _prefix = $"test-{Guid.NewGuid():n}";
    private readonly TestKeyRing _ring = new();
    private StepProxy _proxy = null!;
    private ConnectionMultiplexer _connection = null!;

    private static CancellationToken Cancelled => TestContext.Current.CancellationToken;

    public async ValueTask InitializeAsync()
    {
        _proxy = new StepProxy(server.Connection.GetEndPoints()[0], _prefix);
        _connection = await ConnectionMultiplexer.ConnectAsync(_proxy.Configure($"{server.Configuration},asyncTimeout=60000"));

        // The first use of a script on a connection loads it; later uses send only its hash.
        var chat = await NewChatAsync();
        await chat.SendAsync("warm up", "alice", "hello", Cancelled);
        await chat.EditAsync("warm up", 1, "alice", "hi", Cancelled);
    }

    public async ValueTask DisposeAsync()
    {
        await _connection.DisposeAsync();
        await _proxy.DisposeAsync();
    }

    [Fact]
    public async Task A_send_is_one_command_once_the_process_knows_the_room()
    {
        var chat = await NewChatAsync();

        await _proxy.StepAsync(() => chat.SendAsync("lobby", "alice", "one", Cancelled), Keys, Script, Script);
        await _proxy.StepAsync(() => chat.SendAsync("lobby", "bob", "two", Cancelled), Script);
        await _proxy.StepAsync(() => chat.SendManyAsync("lobby", [new("bob", "three"), new("alice", "four")], Cancelled), Script);
        await _proxy.StepAsync(() => chat.SendAsync("lobby", new NewMessage("bob", "five") { IdempotencyKey = "k" }, Cancelled), Script);
        await _proxy.StepAsync(() => chat.SendAsync("lobby", new NewMessage("bob", "five") { IdempotencyKey = "k" }, Cancelled), Script);
        await _proxy.StepAsync(() => chat.SendAsync("lobby", new NewMessage("bob", "six") { ReplyTo = 1 }, Cancelled), Script);
    }

    [Fact]
    public async Task A_page_an_edit_and_a_deletion_take_what_they_take_in_a_plain_room()
    {
        await (await NewChatAsync()).SendManyAsync("lobby", [.. Enumerable.Range(0, 100).Select(n => new NewMessage("alice", $"{n}"))], Cancelled);
        var chat = await NewChatAsync();

        await _proxy.StepAsync(() => chat.ReceiveAsync("lobby", null, Cancelled), ["HMGET"], Keys, ["HMGET"]);
        await _proxy.StepAsync(() => chat.ReceiveAsync("lobby", null, Cancelled), ["HMGET", "HMGET"]);
        await _proxy.StepAsync(() => chat.EditAsync("lobby", 1, "alice", "one", Cancelled), Read, Script);
        await _proxy.StepAsync(() => chat.DeleteAsync("lobby", 1, "alice", cancellationToken: Cancelled), Read, Script);
    }

    [Fact]
    public async Task A_room_that_is_not_chosen_costs_nothing()
    {
        var chat = await NewChatAsync(room => room == "warm up");

        await _proxy.StepAsync(() => chat.SendAsync("lobby", "alice", "one", Cancelled), Script);
        await _proxy.StepAsync(() => chat.ReceiveAsync("lobby", null, Cancelled), ["HMGET", "HMGET"]);
        await _proxy.StepAsync(() => chat.EditAsync("lobby", 1, "alice", "uno", Cancelled), Read, Script);
        _ring.Calls.Should().BeLessThanOrEqualTo(4, "only the room that was chosen has a key");
    }

    [Fact]
    public async Task A_batch_with_messages_that_were_stored_before_takes_one_call_more()
    {
        var chat = await NewChatAsync();
        NewMessage[] batch = [new("alice", "one") { IdempotencyKey = "1" }, new("alice", "two") { IdempotencyKey = "2" }, new("alice", "three") { IdempotencyKey = "3" }];
        await chat.SendAsync("lobby", batch[1], Cancelled);

        var receipts = await _proxy.StepAsync(() => chat.SendManyAsync("lobby", batch, Cancelled), Script, Script);

        receipts.Select(receipt => (receipt.Id, receipt.IsDuplicate)).Should().Equal((2L, false), (1L, true), (3L, false));
        (await chat.ReceiveAsync("lobby", null, Cancelled)).Messages.Select(message => message.Text).Should().Equal("two", "one", "three");
    }

    [Fact]
    public async Task A_process_that_watches_a_room_knows_the_id_for_its_next_message()
    {
        var (chat, other) = (await NewChatAsync(), await NewChatAsync());
        await chat.SendAsync("lobby", "alice", "one", Cancelled);
        await using var watch = chat.WatchAsync("lobby", RoomPosition.Start, Cancelled).GetAsyncEnumerator(Cancelled);
        await other.SendAsync("lobby", "bob", "two", Cancelled);
        while (await watch.MoveNextAsync() && watch.Current is not RoomEvent.Created { Message.Id: 2 })
        {
        }

        await _proxy.StepAsync(() => chat.SendAsync("lobby", "alice", "three", Cancelled), Script);
    }

    [Fact]
    public async Task Many_processes_that_send_to_one_room_at_once_all_succeed()
    {
        var chats = Enumerable.Range(0, 6).Select(_ => NewChat()).ToList();
        await Task.WhenAll(chats.Select(async (chat, sender) =>
        {
            for (var n = 0; n < 50; n++)
            {
                await chat.SendAsync("busy", $"user{sender}", $"{sender}:{n}", Cancelled);
            }
        }));

        var texts = new List<string>();
        await foreach (var message in NewChat().ReceiveAllAsync("busy", cancellationToken: Cancelled))
        {
            texts.Add(message.Text);
        }

        texts.Should().HaveCount(300).And.OnlyHaveUniqueItems();
    }

    /// <summary>A chat that knows no room yet. The first use of a connection also checks whether the server is fit to keep messages.</summary>
    private async Task<Chat> NewChatAsync(Func<string, bool>? rooms = null)
    {
        var chat = NewChat(rooms);
        await chat.GetAsync("another room", 1, Cancelled);
        return chat;
    }

    private Chat NewChat(Func<string, bool>? rooms = null) =>
        new(
            new RedisMessageStore(
                RedisConnection.Shared(_connection), new RedisStoreOptions { KeyPrefix = _prefix, SealAfter = null, LiveProbeInterval = TimeSpan.FromMinutes(1) },
                null, null, null, new ChatEncryption(_ring, rooms)),
            new ChatOptions { OperationTimeout = TimeSpan.FromMinutes(1) });
}
