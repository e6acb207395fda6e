using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Connections;
using Microsoft.AspNetCore.Routing;

namespace RedisChat.AspNetCore;

/// <summary>Serves a chat by SignalR: <c>app.MapRedisChatHub("/chat/hub").RequireAuthorization()</c>.</summary>
public static class RedisChatHubExtensions
{
    /// <summary>Maps the hub of a chat: one connection carries all rooms of a client. No backplane is needed for several nodes, and none is used.</summary>
    /// <param name="endpoints">The application.</param>
    /// <param name="pattern">The path, for instance <c>/chat/hub</c>.</param>
    /// <param name="serviceKey">The key of the chat, if it was added by <c>AddKeyedRedisChat</c>.</param>
    /// <param name="configure">Sets options of the connections. Stateful reconnect is allowed by default.</param>
    /// <returns>The endpoints, to add conventions.</returns>
    /// <exception cref="InvalidOperationException"><c>AddRedisChat(…).AddWeb()</c> was not called.</exception>
    public static HubEndpointConventionBuilder MapRedisChatHub(
        this IEndpointRouteBuilder endpoints, string pattern, string? serviceKey = null, Action<HttpConnectionDispatcherOptions>? configure = null)
    {
        ArgumentNullException.ThrowIfNull(endpoints);
        ArgumentNullException.ThrowIfNull(pattern);
        var web = ChatWeb.Of(endpoints, serviceKey);
        var hub = endpoints.MapHub<ChatHub>(pattern, options =>
        {
            options.AllowStatefulReconnects = true;
            options.CloseOnAuthenticationExpiration = true;
            configure?.Invoke(options);
        });
        hub.WithMetadata(new ChatHubEndpoint(web)).Add(endpoint => RefuseOtherOrigins(endpoint, web.Options));
        return AllowedOrigins.Allow(hub, web.Options);
    }

    /// <summary>No browser asks first whether a page may open a WebSocket: it sends the user's cookies to any host (RFC 6455, section 10.2).</summary>
    private static void RefuseOtherOrigins(EndpointBuilder endpoint, ChatWebOptions options)
    {
        var inner = endpoint.RequestDelegate!;
        endpoint.RequestDelegate = http => OriginCheck.IsAllowed(http, options) || HttpMethods.IsOptions(http.Request.Method)
            ? inner(http)
            : ProblemWriter.WriteAsync(http, ChatProblem.CrossOrigin, http.RequestAborted);
    }
}
