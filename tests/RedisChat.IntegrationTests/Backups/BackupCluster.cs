using System.Globalization;
using RedisChat.IntegrationTests.CommandLine;

namespace RedisChat.IntegrationTests.Backups;

/// <summary>A cluster of three primaries, with the data directories and the place for backups that the documented commands name: with the test's paths, ports and programs instead of the documented ones.</summary>
internal sealed class BackupCluster : IAsyncDisposable
{
    /// <summary>The documented port of the first primary; the others follow, and then that of the replica.</summary>
    public const int First = 7001;

    private const int Primaries = 3;
    private const int Slots = 16_384;

    private readonly DirectoryInfo _root = Directory.CreateTempSubdirectory("redischat-backup-");
    private readonly string _program;
    private readonly int[] _ports = [.. Enumerable.Range(0, Primaries + 1).Select(_ => FreePort.Find())];
    private readonly Dictionary<int, ChildProcess> _servers = [];

    private BackupCluster(string program)
    {
        _program = program;
        foreach (var folder in new[] { "lib", "etc", "backup" })
        {
            _root.CreateSubdirectory(folder);
        }

        foreach (var port in _ports)
        {
            Directory.CreateDirectory(DataOf(port));
            File.WriteAllLines(
                Path.Combine(_root.FullName, "etc", $"{port}.conf"),
                [$"port {port}", "bind 127.0.0.1", $"dir {DataOf(port)}", "save \"\"", "appendonly yes", "cluster-enabled yes", "cluster-node-timeout 60000", "repl-diskless-sync-delay 0"]);
        }
    }

    /// <summary>How clients, and the tool, reach the primaries.</summary>
    public string Configuration => string.Join(',', _ports[..Primaries].Select(port => string.Create(CultureInfo.InvariantCulture, $"127.0.0.1:{port}")));

    /// <summary>The port of a node.</summary>
    /// <param name="documented">That of the documented commands.</param>
    public int PortOf(int documented) => _ports[documented - First];

    /// <summary>A cluster that is not started yet. Skips the test if the programs are missing.</summary>
    /// <param name="server"><c>valkey-server</c>; <see langword="null"/> for the first one that is there, of Redis and Valkey.</param>
    public static BackupCluster Create(string? server) => new(DocumentedCommand.Need(server));

    /// <summary>Starts the primaries with all slots among them.</summary>
    public async Task StartAsync()
    {
        for (var i = 0; i < Primaries; i++)
        {
            await RunAsync([$"redis-server /etc/redis/{First + i}.conf --daemonize yes"]);
            await RedisQuestion.AskAsync(_ports[i], ["CLUSTER", "SET-CONFIG-EPOCH", $"{i + 1}"]);
            await RedisQuestion.AskAsync(_ports[i], ["CLUSTER", "ADDSLOTSRANGE", $"{Slots * i / Primaries}", $"{(Slots * (i + 1) / Primaries) - 1}"]);
        }

        await RunAsync(DocumentedBackup.Introduce);
    }

    /// <summary>Runs documented commands for the first primary, for each of them.</summary>
    /// <param name="commands">The commands.</param>
    /// <param name="between">Called after those for one primary.</param>
    public async Task RunForEachAsync(string[] commands, Func<int, Task>? between = null)
    {
        for (var i = 0; i < Primaries; i++)
        {
            await RunAsync(commands.Select(command => command.Replace($"{First}", $"{First + i}", StringComparison.Ordinal)));
            await (between?.Invoke(i) ?? Task.CompletedTask);
        }
    }

    /// <summary>Runs documented commands one after the other. Each must succeed.</summary>
    public async Task RunAsync(IEnumerable<string> commands)
    {
        foreach (var documented in commands)
        {
            var command = documented;
            for (var i = 0; i < _ports.Length; i++)
            {
                command = command.Replace($"{First + i}", $"{_ports[i]}", StringComparison.Ordinal);
            }

            command = DocumentedCommand.With(_program, command)
                .Replace("/var/lib/redis-", $"{_root.FullName}/lib/", StringComparison.Ordinal)
                .Replace("/etc/redis/", $"{_root.FullName}/etc/", StringComparison.Ordinal)
                .Replace("/backup", Path.Combine(_root.FullName, "backup"), StringComparison.Ordinal);
            await RunAsync(documented, command);
        }
    }

    /// <summary>Ends all servers as a crash would.</summary>
    public async Task KillAsync()
    {
        foreach (var server in _servers.Values)
        {
            await server.DisposeAsync();
        }

        _servers.Clear();
    }

    public async ValueTask DisposeAsync()
    {
        await KillAsync();
        _root.Delete(recursive: true);
    }

    private string DataOf(int port) => Path.Combine(_root.FullName, "lib", $"{port}");

    private async Task RunAsync(string documented, string command)
    {
        if (command.StartsWith("redis-server ", StringComparison.Ordinal))
        {
            // Not in the background: it ends with the test.
            var arguments = command["redis-server ".Length..].Replace(" --daemonize yes", "", StringComparison.Ordinal).Split(' ');
            var port = int.Parse(Path.GetFileNameWithoutExtension(arguments[0]), CultureInfo.InvariantCulture);
            if (_servers.Remove(port, out var before))
            {
                await before.DisposeAsync();
            }

            _servers.Add(port, await DocumentedCommand.StartAsync(_program, arguments, _root.FullName));
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
}
