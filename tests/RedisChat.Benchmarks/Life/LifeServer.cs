using System.Diagnostics;
using System.Globalization;
using System.Net;
using System.Net.Sockets;
using RedisChat.Benchmarks.Servers;
using StackExchange.Redis;

namespace RedisChat.Benchmarks.Life;

/// <summary>
/// A redis-server that survives kill -9. It syncs its append-only file before each answer (<c>appendfsync always</c>), so everything that was acknowledged must be there afterwards.
/// Nothing is compressed on disk, so that the files can be searched.
/// </summary>
internal sealed class LifeServer : IAsyncDisposable
{
    private static readonly TimeSpan StartTimeout = TimeSpan.FromMinutes(3);

    private readonly DirectoryInfo _directory = System.IO.Directory.CreateTempSubdirectory("redischat-life-");
    private readonly int _port;
    private ChildProcess? _process;
    private ConnectionMultiplexer? _connection;

    private LifeServer()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        _port = ((IPEndPoint)listener.LocalEndpoint).Port;
    }

    public string Configuration => string.Create(CultureInfo.InvariantCulture, $"127.0.0.1:{_port}");

    /// <summary>Where its files are.</summary>
    public string Directory => _directory.FullName;

    public IDatabase Database => _connection!.GetDatabase();

    public IServer Server => _connection!.GetServers()[0];

    public static async Task<LifeServer> StartAsync()
    {
        var server = new LifeServer();
        await server.StartProcessAsync();
        return server;
    }

    /// <summary>Kills the server with SIGKILL, and starts it again.</summary>
    /// <returns>How long it was away.</returns>
    public async Task<TimeSpan> RestartAsync()
    {
        var since = Stopwatch.GetTimestamp();
        using (var redis = Process.GetProcessById((int)await InfoAsync("server", "process_id")))
        {
            redis.Kill();
            await redis.WaitForExitAsync();
        }

        await CloseAsync();
        await StartProcessAsync();
        return Stopwatch.GetElapsedTime(since);
    }

    /// <summary>A figure of the server.</summary>
    public async Task<long> InfoAsync(string section, string field) =>
        long.Parse((await Server.InfoAsync(section)).SelectMany(group => group).Single(entry => entry.Key == field).Value, CultureInfo.InvariantCulture);

    /// <summary>Writes its append-only file again, and a snapshot, so that both hold the present state alone.</summary>
    public async Task RewriteFilesAsync()
    {
        await Database.ExecuteAsync("BGREWRITEAOF");
        await UntilAsync(async () => await InfoAsync("persistence", "aof_rewrite_in_progress") + await InfoAsync("persistence", "aof_rewrite_scheduled") == 0);
        await Database.ExecuteAsync("BGSAVE");
        await UntilAsync(async () => await InfoAsync("persistence", "rdb_bgsave_in_progress") == 0);
    }

    public async ValueTask DisposeAsync()
    {
        await CloseAsync();
        _directory.Delete(recursive: true);
    }

    private static async Task UntilAsync(Func<Task<bool>> isSo)
    {
        for (var start = Stopwatch.GetTimestamp(); !await isSo(); await Task.Delay(20))
        {
            if (Stopwatch.GetElapsedTime(start) > StartTimeout)
            {
                throw new InvalidOperationException("redis-server does not finish writing its files.");
            }
        }
    }

    private async Task CloseAsync()
    {
        if (_connection is not null)
        {
            await _connection.DisposeAsync();
        }

        if (_process is not null)
        {
            await _process.DisposeAsync();
        }

        (_connection, _process) = (null, null);
    }

    private async Task StartProcessAsync()
    {
        _process = ChildProcess.Start(
            "redis-server", "--port", _port.ToString(CultureInfo.InvariantCulture), "--bind", "127.0.0.1", "--dir", _directory.FullName, "--logfile", "redis.log",
            "--save", "", "--appendonly", "yes", "--appendfsync", "always", "--rdbcompression", "no");
        for (var start = Stopwatch.GetTimestamp(); ; await Task.Delay(20))
        {
            try
            {
                _connection ??= await ConnectionMultiplexer.ConnectAsync($"{Configuration},connectTimeout=2000,allowAdmin=true,syncTimeout=60000,asyncTimeout=60000");

                // Fails while the server loads its file.
                await Database.KeyExistsAsync("any");
                return;
            }
            catch (Exception e) when (e is RedisException or TimeoutException && Stopwatch.GetElapsedTime(start) < StartTimeout)
            {
                // Not yet.
            }
        }
    }
}
