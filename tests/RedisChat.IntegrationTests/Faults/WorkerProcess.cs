using RedisChat.Faults;

namespace RedisChat.IntegrationTests.Faults;

/// <summary>A worker (tests/RedisChat.FaultWorker) that sends or watches in its own process.</summary>
internal sealed class WorkerProcess : IAsyncDisposable
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(60);

    private readonly ChildProcess _process;
    private readonly string _log;

    private WorkerProcess(ChildProcess process, string log)
    {
        _log = log;
        _process = process;
        History = new HistoryReader(log);
    }

    /// <summary>Its log.</summary>
    public HistoryReader History { get; }

    public static async Task<WorkerProcess> StartAsync(WorkerOptions options)
    {
        // A .NET 8 worker includes its runtime; any other uses the runtime of this process.
        var runtime = Path.GetFullPath(Path.Combine(Path.GetDirectoryName(typeof(object).Assembly.Location)!, "..", "..", ".."));
        var process = await ChildProcess.StartAsync(
            "/usr/bin/env",
            [$"DOTNET_ROOT={runtime}", Path.Combine(AppContext.BaseDirectory, "RedisChat.FaultWorker"), .. options.ToArguments()],
            Path.GetDirectoryName(options.Log)!);
        return new WorkerProcess(process, options.Log);
    }

    public void Kill() => _process.Kill();

    public void Freeze() => _process.Freeze();

    public void Thaw() => _process.Thaw();

    /// <summary>Lets the worker finish its calls, and waits until it has ended.</summary>
    /// <returns>How long its store took to dispose.</returns>
    public Task<TimeSpan> EndAsync() => EndAsync(_process.Terminate);

    /// <summary>Makes the worker dispose its store in the middle of its work, and waits until it has ended.</summary>
    /// <returns>How long that took.</returns>
    public Task<TimeSpan> DisposeStoreAsync() => EndAsync(_process.HangUp);

    /// <summary>Waits until its log meets the condition.</summary>
    public async Task UntilAsync(Func<IReadOnlyList<HistoryEvent>, bool> isSo, string what)
    {
        for (var deadline = DateTime.UtcNow + Patience; ; await Task.Delay(20))
        {
            History.Read();
            if (isSo(History.Events))
            {
                return;
            }

            if (DateTime.UtcNow > deadline)
            {
                Assert.Fail($"Not reached within {Patience.TotalSeconds} s: {what}. The last events of {_log}:\n{string.Join('\n', History.Events.TakeLast(5))}\n{_process.Output}");
            }
        }
    }

    public async ValueTask DisposeAsync()
    {
        await _process.DisposeAsync();
        History.Dispose();
    }

    private async Task<TimeSpan> EndAsync(Action signal)
    {
        signal();
        await UntilAsync(events => events is [.., Disposed], "the worker has ended");
        return TimeSpan.FromMilliseconds(((Disposed)History.Events[^1]).Milliseconds);
    }
}
