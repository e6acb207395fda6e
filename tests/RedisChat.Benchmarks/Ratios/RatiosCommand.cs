using System.Runtime.InteropServices;
using RedisChat.Benchmarks.Servers;

namespace RedisChat.Benchmarks.Ratios;

/// <summary>
/// Measures the library and its references in turns within one run, and checks the ratios against their budgets. Ratios, because absolute figures
/// say more about the machine than about the library.
/// </summary>
internal static class RatiosCommand
{
    public static int Usage()
    {
        Console.Error.WriteLine(
            $"""
            Usage:
              ratios [--rounds 1–{RatiosOptions.MaxRounds}] [--only PART-OF-A-GROUP'S-NAME] [--redis CONFIGURATION] [--json FILE]
              micro [BenchmarkDotNet's arguments]

            Groups of ratios: {string.Join(' ', MetricGroups.All.Select(group => group.Name))}
            """);
        return 2;
    }

    /// <returns>0 if everything was measured, whether budgets are met or not; 1 if a group failed; 2 for a wrong command line.</returns>
    public static async Task<int> RunAsync(string[] arguments)
    {
        var groups = MetricGroups.All;
        if (RatiosOptions.Parse(arguments) is not { } options)
        {
            return Usage();
        }

        if (options.Only is { } only)
        {
            groups = [.. groups.Where(group => group.Name.Contains(only, StringComparison.OrdinalIgnoreCase))];
            if (groups.Count == 0)
            {
                return Usage();
            }
        }

        using var ending = new CancellationTokenSource();
        using var interrupted = PosixSignalRegistration.Create(PosixSignal.SIGINT, End);
        using var terminated = PosixSignalRegistration.Create(PosixSignal.SIGTERM, End);
        await using var server = options.Redis is null ? await RedisServer.StartAsync() : null;
        await using var run = await RunContext.StartAsync(options, options.Redis ?? server!.Configuration, ending.Token);
        var report = new Report(options);
        var failed = false;
        foreach (var group in groups)
        {
            failed |= !await RunGroupAsync(group, run, report);
            if (ending.IsCancellationRequested)
            {
                break;
            }
        }

        report.Finish(run.Progress.Elapsed, failed);
        return failed ? 1 : 0;

        void End(PosixSignalContext signal)
        {
            // The run and everything it started end at the next step.
            signal.Cancel = true;
            ending.Cancel();
        }
    }

    private static async Task<bool> RunGroupAsync(IMetricGroup group, RunContext run, Report report)
    {
        run.Progress.Enter(group.Name);
        if (group.NeedsOwnServer && !run.HasOwnServer)
        {
            report.Skip(group.Name, "needs a server of its own: run without --redis");
            return true;
        }

        try
        {
            var start = run.Progress.Elapsed;
            foreach (var metric in await group.RunAsync(run))
            {
                report.Add(group.Name, metric);
            }

            await run.CleanAsync();
            run.Progress.Say($"done in {(run.Progress.Elapsed - start).TotalSeconds:f0} s");
            return true;
        }
        catch (Exception) when (run.Ending.IsCancellationRequested)
        {
            // Whatever the error: a terminal interrupts the server, too.
            report.Skip(group.Name, "interrupted");
            return false;
        }
        catch (Exception e)
        {
            // The other groups are still useful.
            Console.Error.WriteLine(e);
            report.Skip(group.Name, $"failed: {e.Message}");
            return false;
        }
    }
}
