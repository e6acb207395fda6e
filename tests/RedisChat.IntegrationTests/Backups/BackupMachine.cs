using System.Globalization;
using RedisChat.IntegrationTests.CommandLine;

namespace RedisChat.IntegrationTests.Backups;

/// <summary>A machine with a server, a replica if need be, and a place for backups, on which documented commands run: with the test's paths, ports and programs instead of the documented ones.</summary>
internal sealed class BackupMachine : IAsyncDisposable
{
    private readonly DirectoryInfo _root = Directory.CreateTempSubdirectory("redischat-backup-");
    private readonly string _program;
    private ChildProcess? _server;
    private ChildProcess? _replica;

    private BackupMachine(string program)
    {
        _program = program;
        Configuration = string.Create(CultureInfo.InvariantCulture, $"127.0.0.1:{Port}");
        Directory.CreateDirectory(DataDirectory);
        Directory.CreateDirectory(BackupDirectory);
        File.WriteAllLines(ConfigurationFile, [$"port {Port}", "bind 127.0.0.1", $"dir {DataDirectory}", "save \"\"", "appendonly yes", "appendfsync everysec"]);
    }

    public int Port { get; } = FreePort.Find();

    public int ReplicaPort { get; } = FreePort.Find();

    /// <summary>How clients, and the tool, reach the server.</summary>
    public string Configuration { get; set; }

    public string DataDirectory => Path.Combine(_root.FullName, "data");

    public string BackupDirectory => Path.Combine(_root.FullName, "backup");

    private string ConfigurationFile => Path.Combine(_root.FullName, "redis.conf");

    /// <summary>A machine whose server is not started yet. Skips the test if the programs are missing.</summary>
    /// <param name="server"><c>valkey-server</c>; <see langword="null"/> for the first one that is there, of Redis and Valkey.</param>
    public static BackupMachine Create(string? server = null) => new(DocumentedCommand.Need(server));

    /// <summary>Runs commands of the document one after the other. Each must succeed.</summary>
    public async Task RunAsync(IEnumerable<string> commands)
    {
        foreach (var command in commands)
        {
            await RunAsync(command);
        }
    }

    /// <summary>Starts the server as the document does.</summary>
    public Task StartAsync() => RunAsync("redis-server /etc/redis/redis.conf --daemonize yes");

    /// <summary>Starts a replica that reaches the server at a port.</summary>
    public async Task StartReplicaAsync(int port)
    {
        var directory = _root.CreateSubdirectory("replica");
        _replica = await StartAsync(
            ["--port", $"{ReplicaPort}", "--bind", "127.0.0.1", "--dir", directory.FullName, "--save", "", "--appendonly", "yes", "--replicaof", "127.0.0.1", $"{port}"]);
    }

    /// <summary>Ends the server as a crash would.</summary>
    public async Task KillAsync()
    {
        await _server!.DisposeAsync();
        _server = null;
    }

    /// <summary>Asks the server or the replica, whatever the chat knows of them.</summary>
    public static async Task<string> AskAsync(int port, params string[] command) => string.Join('\n', await RedisQuestion.AskAsync(port, command));

    public async ValueTask DisposeAsync()
    {
        foreach (var process in new[] { _server, _replica }.OfType<ChildProcess>())
        {
            await process.DisposeAsync();
        }

        _root.Delete(recursive: true);
    }

    private async Task RunAsync(string documented)
    {
        var command = DocumentedCommand.With(
            _program,
            documented.Replace("6380", $"{ReplicaPort}", StringComparison.Ordinal)
                .Replace("redis-cli ", $"redis-cli -p {Port} ", StringComparison.Ordinal).Replace($"-p {Port} -p ", "-p ", StringComparison.Ordinal))
            .Replace("/var/lib/redis", DataDirectory, StringComparison.Ordinal)
            .Replace("/etc/redis/redis.conf", ConfigurationFile, StringComparison.Ordinal)
            .Replace("/backup", BackupDirectory, StringComparison.Ordinal);
        if (command.StartsWith("redis-server ", StringComparison.Ordinal))
        {
            // Not in the background: it ends with the test.
            _server = await StartAsync(command["redis-server ".Length..].Replace(" --daemonize yes", "", StringComparison.Ordinal).Split(' '));
        }
        else if (command.StartsWith("redischat ", StringComparison.Ordinal))
        {
            var run = await ToolProcess.RunWithAsync([new("REDISCHAT_REDIS", Configuration)], [], command["redischat ".Length..].Split(' '));
            run.ExitCode.Should().Be(0, "{0} prints {1}", documented, string.Join('\n', run.Output.Concat(run.Errors)));
        }
        else
        {
            await DocumentedCommand.RunAsync(documented, command, _root.FullName);
        }
    }

    private Task<ChildProcess> StartAsync(IEnumerable<string> arguments) => DocumentedCommand.StartAsync(_program, arguments, _root.FullName);
}
