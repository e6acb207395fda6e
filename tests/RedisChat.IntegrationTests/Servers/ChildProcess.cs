using System.ComponentModel;
using System.Diagnostics;
using System.Globalization;
using System.Runtime.InteropServices;

namespace RedisChat.IntegrationTests;

/// <summary>A program started by a test. It ends with the test host, however that ends.</summary>
/// <remarks>
/// A shell sits in between: it ends the program when its own standard input closes, which happens even if the test host is killed.
/// </remarks>
internal sealed partial class ChildProcess : IAsyncDisposable
{
    private readonly Process _shell;
    private readonly List<string> _output = [];
    private readonly SemaphoreSlim _written = new(0);
    private Task _reading = Task.CompletedTask;

    private ChildProcess(Process shell, int id)
    {
        _shell = shell;
        Id = id;
    }

    /// <summary>The program's process id (not the shell's).</summary>
    public int Id { get; }

    /// <summary>Completes when the program has ended, and all of its output was read. A process that it leaves behind may delay that.</summary>
    public Task Ended => _reading;

    /// <summary>The program's output so far.</summary>
    public string Output
    {
        get
        {
            lock (_output)
            {
                return string.Join('\n', _output);
            }
        }
    }

    /// <summary>Whether the program is on the search path.</summary>
    public static bool Exists(string program) =>
        !OperatingSystem.IsWindows()
        && (Environment.GetEnvironmentVariable("PATH") ?? "").Split(Path.PathSeparator).Any(directory => File.Exists(Path.Combine(directory, program)));

    public static async Task<ChildProcess> StartAsync(string program, IEnumerable<string> arguments, string workingDirectory)
    {
        var start = new ProcessStartInfo("/bin/sh")
        {
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            WorkingDirectory = workingDirectory,
        };
        start.ArgumentList.Add("-c");

        // The inner shell prints its process id and then becomes the program, so this line always comes first. The outer one lets go of the
        // output, so that it ends with the program.
        start.ArgumentList.Add("sh -c 'echo $$; exec \"$0\" \"$@\"' \"$0\" \"$@\" </dev/null & p=$!; exec >/dev/null 2>&1; cat; kill -9 $p; wait $p");
        start.ArgumentList.Add(program);
        foreach (var argument in arguments)
        {
            start.ArgumentList.Add(argument);
        }

        var shell = Process.Start(start) ?? throw new InvalidOperationException("There is no /bin/sh.");
        var id = int.Parse((await shell.StandardOutput.ReadLineAsync())!, CultureInfo.InvariantCulture);
        var child = new ChildProcess(shell, id);
        child._reading = Task.WhenAll(child.KeepAsync(shell.StandardOutput), child.KeepAsync(shell.StandardError));
        return child;
    }

    /// <summary>Waits for one of these texts; <see langword="false"/> if one of the others comes first, or neither within two minutes.</summary>
    /// <remarks>For one caller at a time.</remarks>
    public async Task<bool> WritesAsync(string[] any, string[] or)
    {
        for (var deadline = DateTime.UtcNow.AddMinutes(2); deadline - DateTime.UtcNow is { Ticks: > 0 } rest;)
        {
            var output = Output;
            if (any.Any(text => output.Contains(text, StringComparison.Ordinal)))
            {
                return true;
            }

            if (or.Any(text => output.Contains(text, StringComparison.Ordinal)))
            {
                break;
            }

            await _written.WaitAsync(rest);
        }

        return false;
    }

    /// <summary>Kills the program as a crash would: SIGKILL.</summary>
    public void Kill() => Signal(9);

    /// <summary>Freezes the program: SIGSTOP.</summary>
    public void Freeze() => Signal(OperatingSystem.IsMacOS() ? 17 : 19);

    /// <summary>Resumes a frozen program: SIGCONT.</summary>
    public void Thaw() => Signal(OperatingSystem.IsMacOS() ? 19 : 18);

    /// <summary>Asks the program to end: SIGTERM.</summary>
    public void Terminate() => Signal(15);

    /// <summary>Signals the program that its terminal is gone: SIGHUP.</summary>
    public void HangUp() => Signal(1);

    /// <summary>Kills the program and waits until it has ended.</summary>
    public async ValueTask DisposeAsync()
    {
        _shell.StandardInput.Close();
        await _shell.WaitForExitAsync();
        await _reading;
        _shell.Dispose();
        _written.Dispose();
    }

    private async Task KeepAsync(StreamReader output)
    {
        while (await output.ReadLineAsync() is { } line)
        {
            lock (_output)
            {
                _output.Add(line);
            }

            _written.Release();
        }
    }

    private void Signal(int signal) => Signal(Id, signal);

    /// <summary>Sends a signal to a process that the test has started.</summary>
    public static void Signal(int id, int signal)
    {
        if (SendSignal(id, signal) != 0)
        {
            throw new Win32Exception(Marshal.GetLastPInvokeError());
        }
    }

    [LibraryImport("libc", EntryPoint = "kill", SetLastError = true)]
    private static partial int SendSignal(int pid, int signal);
}
