using System.Diagnostics;

namespace RedisChat.Benchmarks.Servers;

/// <summary>A process that ends with this one: stopped by its handle when disposed, and before this process ends if it was not disposed.</summary>
internal sealed class ChildProcess : IAsyncDisposable
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(5);

    private readonly Process _process;
    private bool _disposed;

    private ChildProcess(Process process) => _process = process;

    public StreamReader Output => _process.StandardOutput;

    public int Id => _process.Id;

    /// <summary>Starts a program. Its standard input stays open as long as this process lives: one of ours ends when it closes.</summary>
    public static ChildProcess Start(string program, params IEnumerable<string> arguments)
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

    /// <summary>Starts this program again.</summary>
    public static ChildProcess StartSelf(params IEnumerable<string> arguments)
    {
        var program = Environment.ProcessPath!;

        // Where the run-time was started with the assembly's name, it is that again.
        var isHost = Path.GetFileNameWithoutExtension(program).Equals("dotnet", StringComparison.OrdinalIgnoreCase);
        return isHost ? Start(program, [typeof(ChildProcess).Assembly.Location, .. arguments]) : Start(program, arguments);
    }

    public async ValueTask DisposeAsync()
    {
        if (_disposed)
        {
            return;
        }

        _disposed = true;
        AppDomain.CurrentDomain.ProcessExit -= OnExit;
        Kill();
        using var patience = new CancellationTokenSource(Patience);
        await _process.WaitForExitAsync(patience.Token).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        _process.Dispose();
    }

    private void OnExit(object? sender, EventArgs e) => Kill();

    private void Kill()
    {
        try
        {
            _process.Kill();
        }
        catch (InvalidOperationException)
        {
            // It has ended by itself.
        }
    }
}
