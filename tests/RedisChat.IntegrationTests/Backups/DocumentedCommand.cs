using System.Diagnostics;

namespace RedisChat.IntegrationTests.Backups;

/// <summary>Commands of docs/operations.md, which are written for Redis, on the programs of a test.</summary>
internal static class DocumentedCommand
{
    /// <summary>The server program that a test uses. Skips the test if it, or what belongs to it, is missing.</summary>
    /// <param name="server"><c>valkey-server</c>; <see langword="null"/> for the first one that is there, of Redis and Valkey.</param>
    public static string Need(string? server)
    {
        var program = server is null ? RedisProcess.Program : ServerPrograms.NeedValkey(server);
        if (program is null || !ChildProcess.Exists(program.Replace("-server", "-cli", StringComparison.Ordinal)))
        {
            TestServer.SkipOrFail("The test copies a server's files, but there is no redis-server with redis-cli, and no valkey-server with valkey-cli, on the PATH.");
        }

        return program;
    }

    /// <summary>The command with the programs that belong to this server.</summary>
    public static string With(string server, string command)
    {
        var kind = server.Replace("-server", "", StringComparison.Ordinal);
        return command.Replace("redis-cli ", $"{kind}-cli ", StringComparison.Ordinal).Replace("redis-check-rdb ", $"{kind}-check-rdb ", StringComparison.Ordinal);
    }

    /// <summary>Runs a command in a shell. It must succeed.</summary>
    /// <param name="documented">The command as it is documented, for errors.</param>
    /// <param name="command">The command.</param>
    /// <param name="directory">Where.</param>
    public static async Task RunAsync(string documented, string command, string directory)
    {
        using var shell = Process.Start(new ProcessStartInfo("/bin/sh", ["-ec", command]) { RedirectStandardOutput = true, RedirectStandardError = true, WorkingDirectory = directory })!;
        var (output, errors) = (shell.StandardOutput.ReadToEndAsync(), shell.StandardError.ReadToEndAsync());
        await shell.WaitForExitAsync(TestContext.Current.CancellationToken);
        shell.ExitCode.Should().Be(0, "{0} prints {1}{2}", documented, await output, await errors);
        (await output).Should().NotContainAny("ERR ", "(error)");
    }

    /// <summary>Starts a server, and waits until it has read its data.</summary>
    /// <param name="server">The program.</param>
    /// <param name="arguments">Its arguments.</param>
    /// <param name="directory">Where.</param>
    public static async Task<ChildProcess> StartAsync(string server, IEnumerable<string> arguments, string directory)
    {
        var process = await ChildProcess.StartAsync(server, arguments, directory);
        (await process.WritesAsync(["Ready to accept connections"], or: ["Address already in use", "FATAL CONFIG FILE ERROR"])).Should().BeTrue("the server starts: {0}", process.Output);
        return process;
    }
}
