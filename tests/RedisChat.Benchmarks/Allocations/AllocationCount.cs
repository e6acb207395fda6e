using RedisChat.Benchmarks.Ratios;

namespace RedisChat.Benchmarks.Allocations;

/// <summary>Counts the allocations of the whole process, client library included, because an operation's work is spread over threads.</summary>
internal static class AllocationCount
{
    /// <summary>Bytes per operation, over this many operations in sequence.</summary>
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
