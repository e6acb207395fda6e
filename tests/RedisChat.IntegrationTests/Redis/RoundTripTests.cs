using StackExchange.Redis;

namespace RedisChat.IntegrationTests.Redis;

/// <summary>How many commands an operation takes, and how many of them wait for another's answer.</summary>
public sealed class RoundTripTests(TestServer server) : IAsyncLifetime
{
    private static readonly string[] Script = ["EVALSHA"];

    private readonly string _prefix = $"test-{Guid.NewGuid():n}";
    private StepProxy _proxy = null!;
    private ConnectionMultiplexer _connection = null!;

    private static CancellationToken Cancelled => TestContext.Current.CancellationToken;

    public async ValueTask InitializeAsync()
    {
        _proxy = new StepProxy(server.Connection.GetEndPoints()[0], _prefix);
        var configuration = ConfigurationOptions.Parse($"{server.Configuration},asyncTimeout=60000");
        configuration.EndPoints.Clear();
        configuration.EndPoints.Add(_proxy.EndPoint);
        _connection = await ConnectionMultiplexer.ConnectAsync(configuration);

        // The first use of a script on a connection loads it; every later one names it.
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
    public async Task A_send_is_one_command_in_a_new_room_and_in_a_known_one()
    {
        var chat = await NewChatAsync();

        await _proxy.StepAsync(() => chat.SendAsync("lobby", "alice", "one", Cancelled), Script);
        await _proxy.StepAsync(() => chat.SendAsync("lobby", "bob", "two", Cancelled), Script);
    }

    [Fact]
    public async Task A_batch_is_one_command_also_across_buckets_and_authors()
    {
        var chat = await NewChatAsync();
        await FillAsync(chat, 100);
        var batch = Enumerable.Range(0, 128).Select(n => new NewMessage($"user{n}", "hello")).ToList();

        await _proxy.StepAsync(() => chat.SendManyAsync("lobby", batch, Cancelled), Script);
    }

    [Fact]
    public async Task The_first_send_of_a_process_into_an_old_room_takes_a_second_command()
    {
        await FillAsync(await NewChatAsync(), 300);
        var chat = await NewChatAsync();

        await _proxy.StepAsync(() => chat.SendAsync("lobby", "alice", "one", Cancelled), Script, Script);
        await _proxy.StepAsync(() => chat.SendAsync("lobby", "alice", "two", Cancelled), Script);
    }

    [Fact]
    public async Task A_process_whose_clock_is_wrong_by_hours_pays_once()
    {
        var chat = await NewChatAsync(new WrongClock());

        await _proxy.StepAsync(() => chat.SendAsync("lobby", "alice", "one", Cancelled), Script, Script);
        await _proxy.StepAsync(() => chat.SendAsync("lobby", "alice", "two", Cancelled), Script);
    }

    [Fact]
    public async Task The_newest_page_is_one_round_trip_when_the_last_id_is_known_and_two_when_not()
    {
        await FillAsync(await NewChatAsync(), 150);
        var chat = await NewChatAsync();

        var first = await _proxy.StepAsync(() => chat.ReceiveAsync("lobby", null, Cancelled), ["HMGET"], ["HMGET", "HMGET"]);
        var second = await _proxy.StepAsync(() => chat.ReceiveAsync("lobby", null, Cancelled), ["HMGET", "HMGET", "HMGET"]);

        first.Messages.Should().HaveCount(50);
        second.Messages.Should().Equal(first.Messages);
    }

    [Fact]
    public async Task A_newest_page_after_others_sent_is_two_round_trips()
    {
        var chat = await NewChatAsync();
        await FillAsync(chat, 20);
        await FillAsync(await NewChatAsync(), 20);

        await _proxy.StepAsync(() => chat.ReceiveAsync("lobby", null, Cancelled), ["HMGET", "HMGET"], ["HMGET"]);
    }

    [Fact]
    public async Task A_page_before_after_or_around_a_message_is_one_round_trip()
    {
        await FillAsync(await NewChatAsync(), 300);
        var chat = await NewChatAsync();

        foreach (var query in new MessageQuery[] { new() { Before = 100 }, new() { After = 30 }, new() { Around = 60 } })
        {
            var page = await _proxy.StepAsync(() => chat.ReceiveAsync("lobby", query, Cancelled), ["HMGET", "HMGET"]);
            page.Messages.Should().HaveCount(50);
        }
    }

    [Fact]
    public async Task A_page_of_one_users_newest_messages_is_two_round_trips()
    {
        await FillAsync(await NewChatAsync(), 100);
        var chat = await NewChatAsync();

        await _proxy.StepAsync(
            () => chat.ReceiveAsync("lobby", new MessageQuery { User = "alice", Limit = 20 }, Cancelled),
            ["HMGET", "STRLEN", "GETRANGE", "STRLEN"],
            ["HMGET"]);
    }

    [Fact]
    public async Task An_edit_and_a_deletion_read_and_change_in_a_command_each()
    {
        var chat = await NewChatAsync();
        await FillAsync(chat, 2);

        await _proxy.StepAsync(() => chat.EditAsync("lobby", 1, "alice", "changed", Cancelled), ["HGET"], Script);
        await _proxy.StepAsync(() => chat.DeleteAsync("lobby", 1, "alice", false, Cancelled), ["HGET"], Script);
    }

    private static async Task FillAsync(Chat chat, int count)
    {
        for (var sent = 0; sent < count; sent += 50)
        {
            await chat.SendManyAsync("lobby", [.. Enumerable.Repeat(new NewMessage("alice", "hello"), Math.Min(50, count - sent))], Cancelled);
        }
    }

    private RedisStoreOptions Options() => new() { KeyPrefix = _prefix };

    /// <summary>A chat that knows no room yet. The first use of a connection also asks the server whether it is fit to keep messages.</summary>
    private async Task<Chat> NewChatAsync(TimeProvider? clock = null)
    {
        var chat = new Chat(
            new RedisMessageStore(RedisChat.Redis.RedisConnection.Shared(_connection), Options(), null, clock),
            new ChatOptions { OperationTimeout = TimeSpan.FromMinutes(1) });
        await chat.GetAsync("another room", 1, Cancelled);
        return chat;
    }

    private sealed class WrongClock : TimeProvider
    {
        public override DateTimeOffset GetUtcNow() => base.GetUtcNow().AddHours(-7);
    }
}
