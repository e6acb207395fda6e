using RedisChat.AspNetCore;
using RedisChat.IntegrationTests;

namespace RedisChat.Web.Tests;

/// <summary>Tests of the endpoints: each has a node, on the shared server, with keys of its own.</summary>
public abstract class EndpointTests(TestServer server)
{
    private protected static CancellationToken Cancelled => TestContext.Current.CancellationToken;

    private protected TestServer Server => server;

    private protected Task<WebNode> StartAsync(
        Action<ChatWebOptions>? web = null, Action<IRedisChatBuilder>? chat = null, Action<Microsoft.Extensions.DependencyInjection.IServiceCollection>? services = null)
    {
        // Skips the test if there is no server.
        _ = server.Connection;
        return WebNode.StartAsync(server.Configuration, $"test-web-{Guid.NewGuid():n}", web, chat, services);
    }

    /// <summary>A node whose chat is in memory, for what has nothing to do with the store.</summary>
    private protected static Task<WebNode> StartInMemoryAsync(
        Action<ChatWebOptions>? web = null,
        Action<IRedisChatBuilder>? chat = null,
        Action<Microsoft.Extensions.DependencyInjection.IServiceCollection>? services = null,
        Action<Microsoft.AspNetCore.Builder.WebApplication>? map = null,
        string? environment = null,
        bool isCors = false) =>
        WebNode.StartAsync(null, "test-web", web, chat, services, map, environment, isCors);
}
