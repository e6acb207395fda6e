using System.Globalization;
using System.Net;
using System.Net.Sockets;
using StackExchange.Redis;

namespace RedisChat.IntegrationTests;

/// <summary>A redis-server of the test's own, as a child process on a free port, with a directory of its own.</summary>
internal sealed class RedisProcess : IAsyncDisposable
{
    private readonly string[] _arguments;
    private readonly DirectoryInfo _directory;
    private ChildProcess? _process;

    private RedisProcess(int port, string[] arguments)
    {
        Port = port;
        _arguments = arguments;
        _directory = System.IO.Directory.CreateTempSubdirectory("redischat-test-");
    }

    public int Port { get; }

    public string Configuration => string.Create(CultureInfo.InvariantCulture, $"127.0.0.1:{Port}");

    /// <summary>Where it keeps its files.</summary>
    public string Directory => _directory.FullName;

    /// <summary>The program that is run: the first of these on the search path.</summary>
    public static string? Program { get; } = new[] { "redis-server", "valkey-server" }.FirstOrDefault(ChildProcess.Exists);

    /// <summary>Starts a server, or skips the test where there is none to start; on a build server that is a failure.</summary>
    public static async Task<RedisProcess> StartAsync(params string[] arguments)
    {
        if (Program is null)
        {
            TestServer.SkipOrFail("It starts and stops a server of its own, and there is no redis-server or valkey-server on the PATH.");
        }

        for (var attempt = 1; ; attempt++)
        {
            var server = new RedisProcess(FreePort(), arguments);
            try
            {
                await server.StartAgainAsync();
                return server;
            }
            catch (InvalidOperationException) when (attempt < 5)
            {
                // The port was taken by somebody else meanwhile.
                await server.DisposeAsync();
            }
        }
    }

    /// <summary>Starts the server after <see cref="KillAsync"/>, on the same port and directory.</summary>
    public async Task StartAgainAsync()
    {
        _process = await ChildProcess.StartAsync(
            Program!,
            ["--port", $"{Port}", "--bind", "127.0.0.1", "--dir", _directory.FullName, "--save", "", "--daemonize", "no", .. _arguments],
            _directory.FullName);
        for (var deadline = DateTime.UtcNow.AddSeconds(30); !await AnswersAsync();)
        {
            if (DateTime.UtcNow > deadline || _process.Output.Contains("Address already in use", StringComparison.Ordinal))
            {
                throw new InvalidOperationException($"{Program} did not start:\n{_process.Output}");
            }

            await Task.Delay(20);
        }
    }

    /// <summary>Ends the server as a crash would, and waits until it is gone.</summary>
    public async Task KillAsync()
    {
        await _process!.DisposeAsync();
        _process = null;
    }

    /// <summary>Freezes the server: connections stay, answers stop.</summary>
    public void Freeze() => _process!.Freeze();

    public void Thaw() => _process!.Thaw();

    public async Task<ConnectionMultiplexer> ConnectAsync() =>
        await ConnectionMultiplexer.ConnectAsync($"{Configuration},allowAdmin=true");

    public async ValueTask DisposeAsync()
    {
        if (_process is not null)
        {
            await _process.DisposeAsync();
        }

        _directory.Delete(recursive: true);
    }

    private static int FreePort()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        return ((IPEndPoint)listener.LocalEndpoint).Port;
    }

    /// <summary>Whether it answers PING with PONG (not with LOADING).</summary>
    private async Task<bool> AnswersAsync()
    {
        try
        {
            using var client = new TcpClient();
            await client.ConnectAsync(IPAddress.Loopback, Port);
            await client.GetStream().WriteAsync("PING\r\n"u8.ToArray());
            var answer = new byte[5];
            await client.GetStream().ReadExactlyAsync(answer);
            return answer.AsSpan().SequenceEqual("+PONG"u8);
        }
        catch (Exception e) when (e is SocketException or IOException)
        {
            return false;
        }
    }
}
