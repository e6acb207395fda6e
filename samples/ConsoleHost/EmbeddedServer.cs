using System.Globalization;
using System.Net;
using System.Net.Sockets;
using Garnet;

namespace RedisChat.ConsoleHost;

/// <summary>A Redis-compatible server in this process, on the loopback interface.</summary>
public sealed class EmbeddedServer : IDisposable
{
    private static readonly TimeSpan StopTimeout = TimeSpan.FromSeconds(5);

    private readonly GarnetServer _server;
    private readonly FileStream? _lock;
    private int _disposed;

    private EmbeddedServer(GarnetServer server, int port, FileStream? dataLock)
    {
        _server = server;
        _lock = dataLock;
        Port = port;
    }

    /// <summary>Where it listens, on 127.0.0.1.</summary>
    public int Port { get; }

    /// <summary>How to connect, in StackExchange.Redis's notation.</summary>
    public string Configuration => string.Create(CultureInfo.InvariantCulture, $"127.0.0.1:{Port}");

    /// <summary>Starts a server.</summary>
    /// <param name="port">Where to listen.</param>
    /// <param name="dataDirectory">Where to keep the data; if null, the data is lost when the server stops.</param>
    /// <exception cref="SocketException">The port is taken.</exception>
    /// <exception cref="IOException">The directory cannot be used, or another server uses it.</exception>
    public static EmbeddedServer Start(int port, string? dataDirectory = null)
    {
        var dataLock = dataDirectory is null ? null : Lock(dataDirectory);
        GarnetServer? server = null;
        try
        {
            server = new GarnetServer(Arguments(port, dataDirectory));
            server.Start();
            return new EmbeddedServer(server, port, dataLock);
        }
        catch (Exception e)
        {
            server?.Dispose(deleteDir: false);
            dataLock?.Dispose();
            if (e.InnerException is SocketException taken)
            {
                // Garnet wraps the exception; a caller that tries another port needs the cause.
                throw new SocketException((int)taken.SocketErrorCode);
            }

            throw;
        }
    }

    /// <summary>Starts a server on a free port.</summary>
    /// <param name="dataDirectory">Where to keep the data; if null, the data is lost when the server stops.</param>
    public static EmbeddedServer StartOnFreePort(string? dataDirectory = null)
    {
        for (var attempt = 1; ; attempt++)
        {
            try
            {
                return Start(FreePort(), dataDirectory);
            }
            catch (SocketException) when (attempt < 10)
            {
                // Someone else took the port before the server could.
            }
        }
    }

    /// <summary>A free port on the loopback interface.</summary>
    public static int FreePort()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        return ((IPEndPoint)listener.LocalEndpoint).Port;
    }

    /// <summary>Stops the server. Waits a few seconds at most, because a hanging session would block it forever.</summary>
    public void Dispose()
    {
        if (Interlocked.Exchange(ref _disposed, 1) == 0)
        {
            Task.Run(() => _server.Dispose(deleteDir: false)).Wait(StopTimeout);
            _lock?.Dispose();
        }
    }

    // Two servers that append to the same files would corrupt them. The lock ends with the process, however it ends.
    private static FileStream Lock(string directory)
    {
        Directory.CreateDirectory(directory);
        return new FileStream(Path.Combine(directory, ".lock"), FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.None);
    }

    private static string[] Arguments(int port, string? dataDirectory)
    {
        string[] arguments =
        [
            "--bind", "127.0.0.1",
            "--port", port.ToString(CultureInfo.InvariantCulture),

            // Scripts are atomic only in transaction mode.
            "--lua", "--lua-transaction-mode",

            // The default device needs native libraries that not every Linux has; this one is managed code.
            "--device-type", "RandomAccess",
            "--memory", "64m", "--page", "4m", "--index", "4m",
            "-q", "true", "--disable-console-logger",
        ];

        return dataDirectory is null
            ? arguments
            : [.. arguments, "--aof", "--aof-commit-wait", "--recover", "--checkpointdir", Path.GetFullPath(dataDirectory)];
    }
}
