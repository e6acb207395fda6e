using RedisChat.Redis;
using StackExchange.Redis;

namespace RedisChat.IntegrationTests.Redis.Attachments;

/// <summary>The commands and round trips of attachments and link previews, and that messages without them pay nothing.</summary>
public sealed class AttachmentCostTests(TestServer server) : IAsyncLifetime
{
    private static readonly string[] Script = ["EVALSHA"];
    private static readonly string[] Read = ["HGET"];

    private static readonly Attachment File = new() { Kind = "file", Name = "b", MediaType = "text/plain", Size = 0, Address = "b" };

    private readonly string _prefix = $"test-{Guid.NewGuid():n}";
    private StepProxy _proxy = null!;
    private ConnectionMultiplexer _connection = null!;

    private static CancellationToken Cancelled => TestContext.Current.CancellationToken;

    public async ValueTask InitializeAsync()
    {
        _proxy = new StepProxy(server.Connection.GetEndPoints()[0], _prefix);
        _connection = await ConnectionMultiplexer.ConnectAsync(_proxy.Configure($"{server.Configuration},asyncTimeout=60000"));

        // The first use of a script on a connection loads it; later uses send only its hash.
        var chat = NewChat(isTracking: true);
        await chat.SendAsync("warm up", "alice", "hello", Cancelled);
        await chat.SendAsync("warm up", New("hello"), Cancelled);
        await chat.DeleteAsync("warm up", 2, "alice", cancellationToken: Cancelled);
    }

    public async ValueTask DisposeAsync()
    {
        await _connection.DisposeAsync();
        await _proxy.DisposeAsync();
    }

    [Fact]
    public async Task A_send_with_attachments_is_one_command()
    {
        foreach (var isTracking in new[] { true, false })
        {
            var chat = NewChat(isTracking);
            await chat.SendAsync("lobby", "alice", "hello", Cancelled);

            await _proxy.StepAsync(() => chat.SendAsync("lobby", New("one"), Cancelled), Script);
            await _proxy.StepAsync(() => chat.SendAsync("lobby", New("two"), Cancelled), Script);
            await _proxy.StepAsync(() => chat.SendAsync("lobby", "alice", "plain", Cancelled), Script);
        }
    }

    [Fact]
    public async Task Changing_a_message_with_attachments_takes_one_call_more_if_some_are_released()
    {
        var chat = NewChat(isTracking: true);
        await chat.SendManyAsync("lobby", [New("one"), new("alice", "two"), New("three")], Cancelled);

        await _proxy.StepAsync(() => chat.EditAsync("lobby", 1, "alice", "uno", Cancelled), Read, Script);
        await _proxy.StepAsync(() => chat.EditAsync("lobby", 1, "alice", new MessageEdit("uno") { Attachments = [File, File with { Address = "c" }] }, Cancelled), Read, Script);
        await _proxy.StepAsync(() => chat.DeleteAsync("lobby", 2, "alice", cancellationToken: Cancelled), Read, Script);
        await _proxy.StepAsync(() => chat.EditAsync("lobby", 1, "alice", new MessageEdit("uno") { Attachments = [] }, Cancelled), afterwards: Script, [Read, Script, Script]);
        await _proxy.StepAsync(() => chat.DeleteAsync("lobby", 1, "alice", cancellationToken: Cancelled), Read, Script);
        await _proxy.StepAsync(() => chat.DeleteAsync("lobby", 3, "alice", cancellationToken: Cancelled), afterwards: Script, [Read, Script, Script]);
    }

    [Fact]
    public async Task Writing_link_previews_takes_a_read_and_a_call()
    {
        var chat = NewChat(isTracking: false);
        await chat.SendAsync("lobby", "alice", "http://a.example", Cancelled);
        LinkPreviewList previews = [new LinkPreview { Address = "http://a.example", Title = "a" }];

        await _proxy.StepAsync(() => chat.Room("lobby").Previews.SetAsync(1, previews, Cancelled), Read, Script);
        await _proxy.StepAsync(() => chat.Room("lobby").Previews.SetAsync(1, previews, Cancelled), Read);
    }

    private static NewMessage New(string text) => new("alice", text) { Attachments = [File] };

    private Chat NewChat(bool isTracking) =>
        new(new RedisMessageStore(_connection, new RedisStoreOptions { KeyPrefix = _prefix, SealAfter = null }), attachments: isTracking ? new Nobody() : null);

    private sealed class Nobody : IAttachmentStore
    {
        public ValueTask ReleasedAsync(IReadOnlyList<ReleasedAttachment> attachments, CancellationToken cancellationToken = default) => default;
    }
}
