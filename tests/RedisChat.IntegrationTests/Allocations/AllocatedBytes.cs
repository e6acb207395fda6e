namespace RedisChat.IntegrationTests.Allocations;

/// <summary>Counts the allocations of the whole process, client library included, because an operation's work is spread over threads.</summary>
internal static class AllocatedBytes
{
    private const int Rounds = 7;

    /// <summary>Bytes per operation, run one after another. The least of several rounds, because other work only adds.</summary>
    public static async Task<double> EachAsync(int operations, Func<Task> operation)
    {
        var least = double.MaxValue;
        for (var round = 0; round < Rounds; round++)
        {
            var before = GC.GetTotalAllocatedBytes(precise: true);
            for (var i = 0; i < operations; i++)
            {
                await operation();
            }

            least = Math.Min(least, (GC.GetTotalAllocatedBytes(precise: true) - before) / (double)operations);
        }

        return least;
    }
}
