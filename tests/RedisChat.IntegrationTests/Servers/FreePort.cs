using System.Net;
using System.Net.Sockets;

namespace RedisChat.IntegrationTests;

/// <summary>Finds ports for servers.</summary>
internal static class FreePort
{
    /// <summary>A cluster's nodes talk to each other on the port that is so much higher.</summary>
    private const int ToBusPort = 10_000;

    // Both ports are below those that systems give to outgoing connections: one of these would keep a server from starting again.
    private const int First = 10_000;
    private const int Last = 22_000;

    /// <summary>A port that is free, together with the one of the cluster bus. Somebody else may still be faster.</summary>
    public static int Find()
    {
        while (true)
        {
            var port = Random.Shared.Next(First, Last);
            if (IsFree(port) && IsFree(port + ToBusPort))
            {
                return port;
            }
        }
    }

    private static bool IsFree(int port)
    {
        try
        {
            using var listener = new TcpListener(IPAddress.Loopback, port);
            listener.Start();
            return true;
        }
        catch (SocketException)
        {
            return false;
        }
    }
}
