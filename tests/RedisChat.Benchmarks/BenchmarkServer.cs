using System.Diagnostics;
using System.Globalization;
using System.Net;
using System.Net.Sockets;
using StackExchange.Redis;

namespace RedisChat.Benchmarks;

/// <summary>A redis-server for one run: default configuration, no persistence, a free port.</summary>
internal sealed class BenchmarkServer : IAsyncDisposable
{
    private readonly Process _process;
    private readonly DirectoryInfo _directory;

    private BenchmarkServer(Process process, DirectoryInfo directory, string configuration)
    {
        _process = process;
        _directory = directory;
        Configuration = configuration;
    }

    public string Configuration { get; }

    public static async Task<BenchmarkServer> StartAsync()
    {
        int port;
        using (var listener = new TcpListener(IPAddress.Loopback, 0))
        {
            listener.Start();
            port = ((IPEndPoint)listener.LocalEndpoint).Port;
        }

        var directory = Directory.CreateTempSubdirectory("redischat-benchmark-");
        var configuration = string.Create(CultureInfo.InvariantCulture, $"127.0.0.1:{port}");
        var start = new ProcessStartInfo("redis-server", ["--port", $"{port}", "--bind", "127.0.0.1", "--save", "", "--dir", directory.FullName])
        {
            RedirectStandardOutput = true,
        };
        var process = Process.Start(start) ?? throw new InvalidOperationException("There is no redis-server on the PATH.");
        process.OutputDataReceived += (_, _) => { };
        process.BeginOutputReadLine();
        await using var connection = await ConnectionMultiplexer.ConnectAsync($"{configuration},connectRetry=20,connectTimeout=500");
        return new BenchmarkServer(process, directory, configuration);
    }

    public async ValueTask DisposeAsync()
    {
        _process.Kill();
        await _process.WaitForExitAsync();
        _process.Dispose();
        _directory.Delete(recursive: true);
    }
}
