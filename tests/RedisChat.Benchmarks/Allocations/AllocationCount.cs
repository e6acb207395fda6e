using RedisChat.Benchmarks.Ratios;

namespace RedisChat.Benchmarks.Allocations;

/// <summary>Counts what the whole process allocates, since the work of one operation is spread over threads. Nothing is taken off: the client library's part is in it.</summary>
internal static class AllocationCount
{
    /// <summary>Bytes for each of so many operations, one after the other.</summary>
    public static async Task<double> BytesEachAsync(RunContext run, int operations, Func<int, Task> operation)
    {
        var before = GC.GetTotalAllocatedBytes(precise: true);
        for (var i = 0; i < operations; i++)
        {
            run.Ending.ThrowIfCancellationRequested();
            await operation(i);
        }

        return (double)(GC.GetTotalAllocatedBytes(precise: true) - before) / operations;
    }
}
