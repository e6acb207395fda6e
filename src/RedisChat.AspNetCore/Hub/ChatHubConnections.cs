using System.Collections.Concurrent;
using Microsoft.AspNetCore.SignalR;
using Microsoft.Extensions.Logging;

namespace RedisChat.AspNetCore;

/// <summary>
/// The connections of the chat's hub on this node. It replaces whatever backplane the application has for its other hubs: every node reads the chat's events itself, so messages
/// between nodes would only double them.
/// </summary>
internal sealed class ChatHubConnections(ILogger<DefaultHubLifetimeManager<ChatHub>> logger) : DefaultHubLifetimeManager<ChatHub>(logger)
{
    private readonly ConcurrentDictionary<string, HubConnectionContext> _connections = new();

    /// <summary>Finds an open connection. Unlike a client proxy, it takes messages that are serialized once for all of them.</summary>
    public HubConnectionContext? Find(string id) => _connections.GetValueOrDefault(id);

    public override Task OnConnectedAsync(HubConnectionContext connection)
    {
        _connections[connection.ConnectionId] = connection;
        return base.OnConnectedAsync(connection);
    }

    public override Task OnDisconnectedAsync(HubConnectionContext connection)
    {
        _connections.TryRemove(connection.ConnectionId, out _);
        return base.OnDisconnectedAsync(connection);
    }
}
