using System.Diagnostics;

namespace RedisChat.Benchmarks.Servers;

/// <summary>
/// A process that ends with this one, however that ends: its standard input is a pipe that this process holds open, and it ends when the pipe closes.
/// </summary>
internal sealed class ChildProcess : IAsyncDisposable
{
    // For programs that do not read their standard input. A terminal's interrupt is for this process, which then closes the pipe.
    private const string EndWithInput = """trap '' INT; "$0" "$@" </dev/null & p=$!; cat >/dev/null; kill $p 2>/dev/null; wait $p""";

    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(5);

    private readonly Process _process;
    private bool _disposed;

    private ChildProcess(Process process) => _process = process;

    public StreamReader Output => _process.StandardOutput;

    /// <summary>The processor time that the process has used until now.</summary>
    public TimeSpan ProcessorTime
    {
        get
        {
            _process.Refresh();
            return _process.TotalProcessorTime;
        }
    }

    /// <summary>The memory that the process occupies now, in bytes.</summary>
    public long ResidentBytes
    {
        get
        {
            _process.Refresh();
            return _process.WorkingSet64;
        }
    }

    /// <summary>Starts a program from the PATH.</summary>
    public static ChildProcess Start(string program, params IEnumerable<string> arguments) =>
        OperatingSystem.IsWindows() ? StartReader(program, arguments) : StartReader("/bin/sh", ["-c", EndWithInput, program, .. arguments]);

    /// <summary>
    /// Starts this program again. It must end when its standard input does; the first line of that says how to connect to Redis, for a password
    /// does not belong on a command line.
    /// </summary>
    public static ChildProcess StartSelf(string configuration, params IEnumerable<string> arguments)
    {
        var program = Environment.ProcessPath!;

        // If the runtime was started with the assembly's name, pass it again.
        var isHost = Path.GetFileNameWithoutExtension(program).Equals("dotnet", StringComparison.OrdinalIgnoreCase);
        var child = isHost ? StartReader(program, [typeof(ChildProcess).Assembly.Location, .. arguments]) : StartReader(program, arguments);
        child._process.StandardInput.WriteLine(configuration);
        child._process.StandardInput.Flush();
        return child;
    }

    public async ValueTask DisposeAsync()
    {
        if (_disposed)
        {
            return;
        }

        _disposed = true;
        AppDomain.CurrentDomain.ProcessExit -= OnExit;
        _process.StandardInput.Close();
        using var patience = new CancellationTokenSource(Patience);
        await _process.WaitForExitAsync(patience.Token).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        Kill();
        _process.Dispose();
    }

    private static ChildProcess StartReader(string program, IEnumerable<string> arguments)
    {
        var start = new ProcessStartInfo(program, arguments)
        {
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
        };
        var child = new ChildProcess(Process.Start(start) ?? throw new InvalidOperationException($"{program} did not start."));
        AppDomain.CurrentDomain.ProcessExit += child.OnExit;
        return child;
    }

    // If nothing was disposed: the pipe closes with this process, and this ends children that do not notice.
    private void OnExit(object? sender, EventArgs e)
    {
        if (OperatingSystem.IsWindows())
        {
            Kill();
        }
    }

    private void Kill()
    {
        try
        {
            if (!_process.HasExited)
            {
                _process.Kill(entireProcessTree: true);
            }
        }
        catch (InvalidOperationException)
        {
            // It has already ended.
        }
    }
}
