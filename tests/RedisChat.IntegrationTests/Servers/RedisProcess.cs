using System.Globalization;
using StackExchange.Redis;

namespace RedisChat.IntegrationTests;

/// <summary>A test's own redis-server: a child process on a free port, with its own directory.</summary>
internal sealed class RedisProcess : IAsyncDisposable
{
    private readonly string _program;
    private readonly RedisSetup _setup;
    private readonly DirectoryInfo _directory;
    private ChildProcess? _process;

    private RedisProcess(string program, RedisSetup setup)
    {
        _program = program;
        _setup = setup;
        _directory = Directory.CreateTempSubdirectory("redischat-test-");
        Port = FreePort.Find();
        if (setup.File is not null)
        {
            File.WriteAllLines(ConfigurationFile, setup.File);
        }
    }

    public int Port { get; }

    public string Configuration => string.Create(CultureInfo.InvariantCulture, $"127.0.0.1:{Port}");

    /// <summary>The directory of its files.</summary>
    public string DataDirectory => _directory.FullName;

    /// <summary>Whether it is neither killed nor frozen.</summary>
    public bool IsRunning { get; private set; }

    /// <summary>The program to run: the first of these on the search path.</summary>
    public static string? Program { get; } = new[] { "redis-server", "valkey-server" }.FirstOrDefault(ChildProcess.Exists);

    private string ConfigurationFile => Path.Combine(_directory.FullName, "server.conf");

    /// <summary>Starts a server. If none is installed, skips the test; on a build server it fails the test.</summary>
    public static Task<RedisProcess> StartAsync(params string[] arguments) => StartAsync(new RedisSetup { Arguments = arguments });

    /// <inheritdoc cref="StartAsync(string[])"/>
    public static async Task<RedisProcess> StartAsync(RedisSetup setup)
    {
        var program = setup.Program ?? Program;
        if (program is null)
        {
            TestServer.SkipOrFail("The test starts and stops its own server, but there is no redis-server or valkey-server on the PATH.");
        }

        for (var attempt = 1; ; attempt++)
        {
            var server = new RedisProcess(program, setup);
            try
            {
                await server.StartAgainAsync();
                return server;
            }
            catch (InvalidOperationException) when (attempt < 5)
            {
                // Someone else has taken the port meanwhile.
                await server.DisposeAsync();
            }
        }
    }

    /// <summary>Starts the server after <see cref="KillAsync"/>, on the same port and directory, and waits until it has read its data.</summary>
    public async Task StartAgainAsync()
    {
        string[] file = _setup.File is null ? [] : [ConfigurationFile];
        string[] port = _setup.Tls ? ["--port", "0", "--tls-port", $"{Port}"] : ["--port", $"{Port}"];
        _process = await ChildProcess.StartAsync(
            _program,
            [.. file, .. port, "--bind", "127.0.0.1", "--dir", _directory.FullName, "--save", "", "--daemonize", "no", .. _setup.Arguments],
            _directory.FullName);
        if (!await _process.WritesAsync(["Ready to accept connections", "Sentinel ID is"], or: ["Address already in use", "FATAL CONFIG FILE ERROR"]))
        {
            throw new InvalidOperationException($"{_program} did not start:\n{_process.Output}");
        }

        IsRunning = true;
    }

    /// <summary>Ends the server as a crash would, and waits until it is gone.</summary>
    public async Task KillAsync()
    {
        IsRunning = false;
        await _process!.DisposeAsync();
        _process = null;
    }

    /// <summary>Freezes the server: connections stay, answers stop.</summary>
    public void Freeze()
    {
        IsRunning = false;
        _process!.Freeze();
    }

    public void Thaw()
    {
        _process!.Thaw();
        IsRunning = true;
    }

    /// <summary>A connection with all rights, and patient: on a busy machine an answer may take a while.</summary>
    /// <remarks>How often it tries to connect again depends on the time that it has for that, which by default follows the others.</remarks>
    public async Task<ConnectionMultiplexer> ConnectAsync() =>
        await ConnectionMultiplexer.ConnectAsync($"{Configuration},allowAdmin=true,asyncTimeout=60000,syncTimeout=60000,connectTimeout=5000");

    /// <summary>Asks this very server, over a connection for that command alone; a client library might go elsewhere.</summary>
    /// <returns>The values of the reply as a flat list, however nested.</returns>
    /// <exception cref="InvalidOperationException">The server refused; the message is the server's.</exception>
    public Task<IReadOnlyList<string>> AskAsync(params string[] command) => RedisQuestion.AskAsync(Port, command);

    public async ValueTask DisposeAsync()
    {
        if (_process is not null)
        {
            await KillAsync();
        }

        _directory.Delete(recursive: true);
    }
}
