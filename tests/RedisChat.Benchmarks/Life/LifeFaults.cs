using System.Diagnostics;
using System.Globalization;

namespace RedisChat.Benchmarks.Life;

/// <summary>Runs commands of the tool through kill -9 of the tool and of the server, as an operator would: the same command again, until it succeeds.</summary>
internal sealed class LifeFaults(int seed, Action<string> say)
{
    private const int MostRuns = 60;
    private const int MostMisses = 5;

    private readonly Random _random = new(seed);
    private int _missed;

    /// <summary>How many kills came too late: the command had ended.</summary>
    public int Missed => Volatile.Read(ref _missed);

    /// <summary>Runs a command. The first run is killed, and during the second one the server.</summary>
    /// <param name="server">The server.</param>
    /// <param name="probe">How far the command is.</param>
    /// <param name="killsServer">Whether to kill the server.</param>
    /// <param name="repeats">Whether the command does the same each time, so that it is repeated if it ended before the kill, which then comes earlier.</param>
    /// <param name="arguments">The command.</param>
    /// <returns>What the last run printed.</returns>
    /// <exception cref="InvalidOperationException">The command does not reach the server again.</exception>
    public async Task<ToolRun> RunAsync(LifeServer server, LifeProbe probe, bool killsServer, bool repeats, params string[] arguments)
    {
        var (first, second) = Draw();
        var (start, name) = (Stopwatch.GetTimestamp(), string.Join(' ', arguments.Take(arguments[0] is "keys" or "erase" ? 2 : 1)));
        var (runs, killed, away) = (0, "ended too early to be killed", "");
        var isHit = false;
        for (var misses = 0; !isHit && misses < (repeats ? MostMisses : 1); misses++, runs++, first /= 2)
        {
            await probe.BeginAsync();
            await using var tool = LifeTool.Start(arguments);
            if (await probe.ReachAsync(first, tool) is { } reached)
            {
                (isHit, killed) = (true, string.Create(CultureInfo.InvariantCulture, $"killed at {reached:p0}"));
                tool.Kill();
            }
        }

        Count(isHit);
        ToolRun? run = null;
        isHit = !killsServer;
        for (var misses = 0; run is null || (!isHit && repeats && misses < MostMisses); misses++, runs++, second /= 2)
        {
            await probe.BeginAsync();
            await using var tool = LifeTool.Start(arguments);
            if (killsServer && await probe.ReachAsync(second, tool) is { } reached)
            {
                var time = await server.RestartAsync();
                (isHit, away) = (true, string.Create(CultureInfo.InvariantCulture, $"; at {reached:p0} Redis was killed, and was back after {time.TotalSeconds:0.0} s"));
            }

            run = await tool.EndAsync();
        }

        Count(isHit);

        // 2: the server did not answer in time.
        for (; run.ExitCode == 2; runs++)
        {
            LifeRun.Require(runs < MostRuns, $"{name} does not reach the server: {run}");
            await using var tool = LifeTool.Start(arguments);
            run = await tool.EndAsync();
        }

        say(string.Create(
            CultureInfo.InvariantCulture, $"  {name}: {killed}{away}; {runs} runs, {Stopwatch.GetElapsedTime(start).TotalSeconds:0.0} s: exit {run.ExitCode}, {run.LastLine}"));
        return run;
    }

    private void Count(bool isHit) => Interlocked.Add(ref _missed, isHit ? 0 : 1);

    private (double First, double Second) Draw()
    {
        lock (_random)
        {
            return (0.03 + (_random.NextDouble() * 0.2), 0.3 + (_random.NextDouble() * 0.15));
        }
    }
}
