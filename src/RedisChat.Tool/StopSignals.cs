using System.Runtime.InteropServices;

namespace RedisChat.Tool;

/// <summary>Turns the first Ctrl+C or SIGTERM into a cancellation, so that the command ends where it can go on later. The second one ends the process at once.</summary>
internal sealed class StopSignals : IDisposable
{
    private readonly CancellationTokenSource _stop = new();
    private readonly PosixSignalRegistration _interrupt;
    private readonly PosixSignalRegistration _terminate;
    private int _exitCode;

    public StopSignals()
    {
        _interrupt = PosixSignalRegistration.Create(PosixSignal.SIGINT, context => Stop(context, Tool.ExitCode.Interrupted));
        _terminate = PosixSignalRegistration.Create(PosixSignal.SIGTERM, context => Stop(context, Tool.ExitCode.Terminated));
    }

    /// <summary>Canceled by the first signal.</summary>
    public CancellationToken Token => _stop.Token;

    /// <summary>The exit code of a command that a signal has stopped; <see langword="null"/> if none came.</summary>
    public int? ExitCode => Volatile.Read(ref _exitCode) is var code and > 0 ? code : null;

    public void Dispose()
    {
        _interrupt.Dispose();
        _terminate.Dispose();
        _stop.Dispose();
    }

    private void Stop(PosixSignalContext context, int exitCode)
    {
        if (Interlocked.CompareExchange(ref _exitCode, exitCode, 0) == 0)
        {
            context.Cancel = true;
            _stop.Cancel();
        }
    }
}
