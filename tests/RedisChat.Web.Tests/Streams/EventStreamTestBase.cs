using Microsoft.Extensions.DependencyInjection;
using RedisChat.AspNetCore;
using RedisChat.IntegrationTests;

namespace RedisChat.Web.Tests;

/// <summary>Tests of streams of events: nodes of one chat, and those who read streams from them.</summary>
public abstract class EventStreamTestBase(TestServer server) : IAsyncLifetime
{
    private readonly string _prefix = $"test-{Guid.NewGuid():N}";
    private readonly List<WebNode> _nodes = [];
    private readonly List<EventStreamReader> _streams = [];

    /// <summary>The first node.</summary>
    private protected WebNode Node { get; private set; } = null!;

    public async ValueTask InitializeAsync() => Node = await StartAsync();

    public async ValueTask DisposeAsync()
    {
        GC.SuppressFinalize(this);
        _streams.ForEach(stream => stream.Dispose());
        foreach (var node in _nodes)
        {
            await node.DisposeAsync();
        }
    }

    private protected static StringContent Json(string json) => new(json, System.Text.Encoding.UTF8, "application/json");

    private protected async Task<WebNode> StartAsync(Action<ChatWebOptions>? web = null, Action<IRedisChatBuilder>? chat = null, string? redis = null, Action<IServiceCollection>? services = null)
    {
        var node = await WebNode.StartAsync(redis ?? server.Require(), _prefix, web, chat, services);
        _nodes.Add(node);
        return node;
    }

    /// <summary>Opens the stream of one room.</summary>
    private protected async Task<EventStreamReader> WatchAsync(WebNode node, string user, string path, string? lastEventId = null)
    {
        var stream = await EventStreamReader.OpenAsync(node.As(user), path, lastEventId);
        _streams.Add(stream);
        return stream;
    }

    /// <summary>Opens a stream of many rooms.</summary>
    private protected async Task<EventStreamReader> OpenManyAsync(HttpClient client, string request)
    {
        var stream = await EventStreamReader.OpenAsync(client, new HttpRequestMessage(HttpMethod.Post, "stream") { Content = Json(request) });
        _streams.Add(stream);
        return stream;
    }
}
