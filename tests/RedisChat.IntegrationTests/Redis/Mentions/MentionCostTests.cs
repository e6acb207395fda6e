using RedisChat.Redis;
using StackExchange.Redis;

namespace RedisChat.IntegrationTests.Redis.Mentions;

/// <summary>The commands and round trips of mentions, and that a room without them pays nothing.</summary>
public sealed class MentionCostTests(TestServer server) : IAsyncLifetime
{
    private static readonly string[] Script = ["EVALSHA"];

    private readonly string _prefix = $"test-{Guid.NewGuid():n}";
    private StepProxy _proxy = null!;
    private ConnectionMultiplexer _connection = null!;

    private static CancellationToken Cancelled => TestContext.Current.CancellationToken;

    public async ValueTask InitializeAsync()
    {
        _proxy = new StepProxy(server.Connection.GetEndPoints()[0], _prefix);
        _connection = await ConnectionMultiplexer.ConnectAsync(_proxy.Configure($"{server.Configuration},asyncTimeout=60000"));

        // The first use of a script on a connection loads it; later uses send only its hash.
        var chat = NewChat();
        await SendAsync(chat, "warm up", Mention.User("bob"));
        await chat.EditAsync("warm up", 1, "alice", "hello again", Cancelled);
        await chat.Room("warm up").ReadMarkers.GetUnreadMentionsAsync("bob", Cancelled);
        await chat.Room("warm up").Mentions.ListAsync("bob", cancellationToken: Cancelled);
        await chat.User("bob").Inbox.ListAsync(cancellationToken: Cancelled);
    }

    public async ValueTask DisposeAsync()
    {
        await _connection.DisposeAsync();
        await _proxy.DisposeAsync();
    }

    [Fact]
    public async Task A_send_with_mentions_is_one_command_and_so_is_a_refused_one()
    {
        var chat = NewChat();
        await chat.SendAsync("lobby", "alice", "hello", Cancelled);

        await _proxy.StepAsync(() => SendAsync(chat, "lobby", Mention.User("bob"), Mention.Role("moderator"), Mention.Everyone), Script);
        await _proxy.StepAsync(() => chat.SendAsync("lobby", new NewMessage("alice", "hello") { Mentions = [Mention.User("carol")] }, Cancelled), Script);
        await _proxy.StepAsync(
            () => Assert.ThrowsAsync<ChatForbiddenException>(() => chat.SendAsync("lobby", new NewMessage("alice", "hello") { Mentions = [Mention.Everyone] }, Cancelled)), Script);
        await _proxy.StepAsync(() => chat.SendAsync("lobby", "alice", "plain", Cancelled), Script);
    }

    [Fact]
    public async Task An_edit_of_mentions_takes_what_an_edit_takes()
    {
        var chat = NewChat();
        await chat.SendAsync("lobby", "alice", "hello", Cancelled);

        await _proxy.StepAsync(() => chat.EditAsync("lobby", 1, "alice", new MessageEdit("@bob") { Mentions = [Mention.User("bob")] }, Cancelled), ["HGET"], Script);
        await _proxy.StepAsync(() => chat.EditAsync("lobby", 1, "alice", new MessageEdit("@carol") { Mentions = [Mention.User("carol")] }, Cancelled), ["HGET"], Script);
        await _proxy.StepAsync(() => chat.DeleteAsync("lobby", 1, "alice", cancellationToken: Cancelled), ["HGET"], Script);
    }

    [Fact]
    public async Task Unread_mentions_are_counted_in_the_round_trip_of_unread_messages()
    {
        var chat = NewChat();
        await SendAsync(chat, "lobby", Mention.User("bob"), Mention.Everyone);
        var markers = chat.Room("lobby").ReadMarkers;

        // The process has not read yet that the room uses mentions.
        (await _proxy.StepAsync(() => markers.GetUnreadMentionsAsync("bob", Cancelled), Script, Script)).Should().Be(1);
        (await _proxy.StepAsync(() => markers.GetUnreadMentionsAsync("bob", Cancelled), Script)).Should().Be(1);
        (await _proxy.StepAsync(() => markers.GetUnreadAsync("bob", Cancelled), Script)).Count.Should().Be(1);
    }

    [Fact]
    public async Task A_list_is_a_script_and_one_read_of_messages()
    {
        var chat = NewChat();
        await SendAsync(chat, "lobby", Mention.User("bob"));
        await SendAsync(chat, "lobby", Mention.Everyone);

        var page = await _proxy.StepAsync(() => chat.Room("lobby").Mentions.ListAsync("bob", cancellationToken: Cancelled), Script, ["HMGET"]);

        page.Messages.Select(message => message.Id).Should().Equal(2, 1);
        await _proxy.StepAsync(() => chat.Room("nowhere").Mentions.ListAsync("bob", cancellationToken: Cancelled), Script);
    }

    [Fact]
    public async Task Plain_sends_share_no_call_with_mentions_and_a_refused_mention_fails_alone()
    {
        var chat = NewChat();
        await chat.SendAsync("lobby", "alice", "hello", Cancelled);

        await _proxy.StepAsync(
            async () =>
            {
                await Task.WhenAll(
                    chat.SendAsync("lobby", "alice", "under way", Cancelled),
                    chat.SendAsync("lobby", "alice", "1", Cancelled),
                    SendAsync(chat, "lobby", Mention.User("bob")),
                    Assert.ThrowsAsync<ChatForbiddenException>(() => chat.SendAsync("lobby", new NewMessage("alice", "no") { Mentions = [Mention.Everyone] }, Cancelled)),
                    SendAsync(chat, "lobby", Mention.Everyone),
                    chat.SendAsync("lobby", new NewMessage("carol", "keyed") { IdempotencyKey = "key" }, Cancelled),
                    chat.SendAsync("lobby", "alice", "last", Cancelled));
                return 0;
            },
            Script, Script, Script, Script);

        (await chat.ReceiveAsync("lobby", new MessageQuery { After = 1 }, Cancelled)).Messages.Select(message => (message.Text, message.Mentions.ToString())).Should().Equal(
            ("under way", ""), ("1", ""), ("hello", "@bob"), ("hello", "*"), ("keyed", ""), ("last", ""));
    }

    private static Task<MessageReceipt> SendAsync(Chat chat, string room, params Mention[] mentions) =>
        chat.SendAsync(room, new NewMessage("alice", "hello") { IsFromApplication = true, Mentions = [.. mentions] }, Cancelled);

    private Chat NewChat()
    {
        var store = new RedisMessageStore(
            RedisConnection.Shared(_connection), new RedisStoreOptions { KeyPrefix = _prefix, SealAfter = 1, LiveProbeInterval = TimeSpan.FromMinutes(1) }, null);
        return new Chat(store, new ChatOptions { OperationTimeout = TimeSpan.FromMinutes(1) });
    }
}
