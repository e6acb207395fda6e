using System.Diagnostics;
using RedisChat.Benchmarks.Ratios;

namespace RedisChat.Benchmarks.Send;

/// <summary>The result of a load.</summary>
/// <param name="Operations">The number of operations.</param>
/// <param name="Seconds">The duration.</param>
/// <param name="ServerMicros">The server's processor time meanwhile, in µs.</param>
internal readonly record struct Load(long Operations, double Seconds, double ServerMicros)
{
    // Whatever the machine: the server's memory is bounded by it.
    private const int MaxEach = 200_000;

    public double PerSecond => Operations / Seconds;

    public double ServerMicrosEach => ServerMicros / Operations;

    /// <summary>Runs workers that each repeat an operation sequentially for some time.</summary>
    public static async Task<Load> RunAsync(RunContext run, int workers, TimeSpan duration, Func<int, Task> operation)
    {
        var cpu = await run.Server.ProcessorMicrosAsync();
        var start = Stopwatch.GetTimestamp();
        var end = start + (long)(duration.TotalSeconds * Stopwatch.Frequency);
        var counts = await Task.WhenAll(Enumerable.Range(0, workers).Select(worker => Task.Run(() => RepeatAsync(worker))));
        var seconds = Stopwatch.GetElapsedTime(start).TotalSeconds;
        return new(counts.Sum(), seconds, await run.Server.ProcessorMicrosAsync() - cpu);

        async Task<long> RepeatAsync(int worker)
        {
            var count = 0;
            for (; count < MaxEach && Stopwatch.GetTimestamp() < end && !run.Ending.IsCancellationRequested; count++)
            {
                await operation(worker);
            }

            return count;
        }
    }
}
