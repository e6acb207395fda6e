using System.Net.Sockets;

namespace RedisChat.IntegrationTests;

/// <summary>A client's connection to a proxy, and the proxy's own one to the server.</summary>
internal class ProxyLine
{
    public NetworkStream Client { get; init; } = null!;

    public NetworkStream Server { get; init; } = null!;

    /// <summary>Cuts both connections.</summary>
    public void Cut()
    {
        Client.Dispose();
        Server.Dispose();
    }

    /// <summary>The client has hung up.</summary>
    public virtual void OnClientGone() => Cut();
}
