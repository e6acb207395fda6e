using System.Net.Sockets;

namespace RedisChat.Benchmarks.Web.Clients;

/// <summary>Makes a loopback connection like one over a network: by default, the system takes megabytes from the sender before the sender notices that nobody reads.</summary>
internal static class SmallBuffers
{
    private const int TcpLevel = 6;
    private const int MaxSegment = 2;
    private const int EthernetSegment = 1460;

    /// <summary>Called before the socket is connected.</summary>
    public static void Set(Socket socket)
    {
        socket.ReceiveBufferSize = 4096;
        if (OperatingSystem.IsLinux())
        {
            // The sender's buffer is sized by segments, and those of the loopback interface have 64 KiB.
            socket.SetRawSocketOption(TcpLevel, MaxSegment, BitConverter.GetBytes(EthernetSegment));
        }
    }
}
