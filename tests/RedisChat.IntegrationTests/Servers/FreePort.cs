using System.Collections.Concurrent;
using System.Net;
using System.Net.Sockets;

namespace RedisChat.IntegrationTests;

/// <summary>Finds ports for servers.</summary>
internal static class FreePort
{
    /// <summary>The offset of the port on which a cluster's nodes talk to each other.</summary>
    private const int ToBusPort = 10_000;

    // Both ports are below the range for outgoing connections: such a connection could keep a server from restarting.
    private const int First = 10_000;
    private const int Last = 22_000;

    // The tests of both .NET versions run at the same time and must not take each other's ports.
#if NET8_0
    private const int Odd = 0;
#else
    private const int Odd = 1;
#endif

    // A killed server restarts on its port, so the port must not be handed out again.
    private static readonly ConcurrentDictionary<int, int> Given = [];

    /// <summary>A free port whose cluster bus port is free too. Another program may still take it first.</summary>
    public static int Find()
    {
        while (true)
        {
            var port = (2 * Random.Shared.Next(First / 2, Last / 2)) + Odd;
            if (!Given.ContainsKey(port) && IsFree(port) && IsFree(port + ToBusPort) && Given.TryAdd(port, port) && Given.TryAdd(port + ToBusPort, port))
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
