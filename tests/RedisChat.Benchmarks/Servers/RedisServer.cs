using System.Diagnostics;
using System.Globalization;
using System.Net;
using System.Net.Sockets;
using StackExchange.Redis;

namespace RedisChat.Benchmarks.Servers;

/// <summary>A redis-server for one run: default configuration, no persistence, a free port.</summary>
internal sealed class RedisServer : IAsyncDisposable
{
    private static readonly TimeSpan StartTimeout = TimeSpan.FromSeconds(15);

    private readonly ChildProcess _process;
    private readonly DirectoryInfo _directory;

    private RedisServer(ChildProcess process, DirectoryInfo directory, string configuration)
    {
        _process = process;
        _directory = directory;
        Configuration = configuration;
    }

    public string Configuration { get; }

    public static async Task<RedisServer> StartAsync()
    {
        int port;
        using (var listener = new TcpListener(IPAddress.Loopback, 0))
        {
            listener.Start();
            port = ((IPEndPoint)listener.LocalEndpoint).Port;
        }

        var directory = Directory.CreateTempSubdirectory("redischat-benchmark-");
        var configuration = string.Create(CultureInfo.InvariantCulture, $"127.0.0.1:{port}");
        var process = ChildProcess.Start(
            "redis-server", "--port", port.ToString(CultureInfo.InvariantCulture), "--bind", "127.0.0.1", "--save", "", "--dir", directory.FullName, "--logfile", "redis.log");
        var server = new RedisServer(process, directory, configuration);
        for (var start = Stopwatch.GetTimestamp(); ;)
        {
            try
            {
                await using var connection = await ConnectionMultiplexer.ConnectAsync($"{configuration},connectTimeout=500");
                return server;
            }
            catch (RedisConnectionException) when (Stopwatch.GetElapsedTime(start) < StartTimeout)
            {
                // It does not listen yet.
                await Task.Delay(100);
            }
            catch (RedisConnectionException e)
            {
                await server.DisposeAsync();
                throw new InvalidOperationException("redis-server did not start. Is it on the PATH?", e);
            }
        }
    }

    public async ValueTask DisposeAsync()
    {
        await _process.DisposeAsync();
        _directory.Delete(recursive: true);
    }
}
