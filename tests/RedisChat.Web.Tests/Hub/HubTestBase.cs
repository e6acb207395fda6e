using Microsoft.AspNetCore.SignalR.Client;
using Microsoft.Extensions.DependencyInjection;
using RedisChat.AspNetCore;
using RedisChat.IntegrationTests;

namespace RedisChat.Web.Tests;

/// <summary>Tests of the hub: nodes of one chat, and their clients.</summary>
public abstract class HubTestBase(TestServer server) : IAsyncLifetime
{
    private readonly Stack<IAsyncDisposable> _owned = new();

    /// <summary>Part of the names of keys, which no other test has.</summary>
    protected string Prefix { get; } = $"test-{Guid.NewGuid():N}";

    /// <summary>The first node.</summary>
    private protected WebNode Node { get; private set; } = null!;

    public async ValueTask InitializeAsync() => Node = await StartAsync();

    public async ValueTask DisposeAsync()
    {
        GC.SuppressFinalize(this);
        while (_owned.TryPop(out var owned))
        {
            await owned.DisposeAsync();
        }
    }

    /// <summary>Disposes something after the test, and before the nodes that were started earlier.</summary>
    protected void Own(IAsyncDisposable owned) => _owned.Push(owned);

    private protected async Task<WebNode> StartAsync(Action<ChatWebOptions>? web = null, Action<IServiceCollection>? services = null)
    {
        services += added => added.AddSignalR().AddMessagePackProtocol();
        var node = await WebNode.StartAsync(server.Require(), Prefix, web, services: services, isCors: true);
        Own(node);
        return node;
    }

    private protected async Task<HubClient> ConnectAsync(WebNode node, string user, Uri? address = null, Action<IHubConnectionBuilder>? configure = null)
    {
        var client = await HubClient.ConnectAsync(node, user, address, configure);
        Own(client);
        return client;
    }
}
