using System.Diagnostics;
using System.Globalization;
using Npgsql;

namespace RedisChat.IntegrationTests;

/// <summary>A test's own PostgreSQL: a cluster in a temporary directory, and its server as a child process. The server refuses to run as root, so root runs it as the user <c>postgres</c>.</summary>
internal sealed class PostgresProcess : IAsyncDisposable
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(60);

    private readonly string _programs;
    private readonly DirectoryInfo _directory;
    private readonly int _port = FreePort.Find();
    private ChildProcess? _process;

    private PostgresProcess(string programs)
    {
        _programs = programs;
        _directory = Directory.CreateTempSubdirectory("redischat-postgres-");
    }

    /// <summary>How to connect.</summary>
    public string ConnectionString => string.Create(CultureInfo.InvariantCulture, $"Host=127.0.0.1;Port={_port};Database=postgres;Username=chat");

    /// <summary>Creates a cluster and starts its server. If PostgreSQL is not installed, skips the test; on a build server it fails the test.</summary>
    public static async Task<PostgresProcess> StartAsync()
    {
        var programs = Directory.Exists("/usr/lib/postgresql")
            ? Directory.EnumerateDirectories("/usr/lib/postgresql").Select(version => Path.Combine(version, "bin")).FirstOrDefault(bin => File.Exists(Path.Combine(bin, "initdb")))
            : null;
        if (programs is null)
        {
            TestServer.SkipOrFail("The test starts its own PostgreSQL, but there is none in /usr/lib/postgresql.");
        }

        var server = new PostgresProcess(programs!);
        try
        {
            if (Environment.IsPrivilegedProcess)
            {
                await RunAsync("chown", "postgres", server._directory.FullName);
            }

            await RunAsync([.. AsUser(Path.Combine(programs!, "initdb")), "-D", server.Data, "-U", "chat", "-A", "trust", "-E", "UTF8", "--locale=C"]);
            await server.StartAgainAsync();
            return server;
        }
        catch
        {
            await server.DisposeAsync();
            throw;
        }
    }

    /// <summary>Kills the server as a crash would, and starts it again on the same data.</summary>
    public async Task CrashAsync()
    {
        _process!.Kill();
        await _process.DisposeAsync();
        await StartAgainAsync();
    }

    public async ValueTask DisposeAsync()
    {
        if (_process is not null)
        {
            await _process.DisposeAsync();
        }

        _directory.Delete(recursive: true);
    }

    private string Data => Path.Combine(_directory.FullName, "data");

    private async Task StartAgainAsync()
    {
        string[] command =
        [
            .. AsUser(Path.Combine(_programs, "postgres")), "-D", Data, "-h", "127.0.0.1", "-p", _port.ToString(CultureInfo.InvariantCulture), "-k", _directory.FullName,
        ];
        _process = await ChildProcess.StartAsync(command[0], command[1..], _directory.FullName);
        for (var deadline = DateTime.UtcNow + Patience; ; await Task.Delay(50))
        {
            try
            {
                await using var connection = new NpgsqlConnection($"{ConnectionString};Pooling=false;Timeout=5");
                await connection.OpenAsync();
                return;
            }
            catch (NpgsqlException e)
            {
                // It starts, or repairs itself after a crash; or the processes of the one that was killed still hold its memory.
                if (DateTime.UtcNow > deadline)
                {
                    throw new InvalidOperationException($"PostgreSQL did not start:\n{_process.Output}", e);
                }

                if (_process.Output.Contains("pre-existing shared memory", StringComparison.Ordinal))
                {
                    await _process.DisposeAsync();
                    _process = await ChildProcess.StartAsync(command[0], command[1..], _directory.FullName);
                }
            }
        }
    }

    private static string[] AsUser(string program) => Environment.IsPrivilegedProcess ? ["/usr/bin/setpriv", "--reuid=postgres", "--regid=postgres", "--clear-groups", program] : [program];

    private static async Task RunAsync(params string[] command)
    {
        using var process = Process.Start(new ProcessStartInfo(command[0], command[1..]) { RedirectStandardOutput = true, RedirectStandardError = true, WorkingDirectory = "/" })!;
        var output = process.StandardOutput.ReadToEndAsync();
        var error = await process.StandardError.ReadToEndAsync();
        await process.WaitForExitAsync();
        if (process.ExitCode != 0)
        {
            throw new InvalidOperationException($"{command[0]} failed: {await output}{error}");
        }
    }
}
