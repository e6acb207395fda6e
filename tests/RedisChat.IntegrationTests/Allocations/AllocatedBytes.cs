namespace RedisChat.IntegrationTests.Allocations;

/// <summary>Counts what the whole process allocates, the client library's part in it, since one operation's work is spread over threads.</summary>
internal static class AllocatedBytes
{
    private const int Rounds = 7;

    /// <summary>Bytes for each of so many operations, one after the other. The least of several rounds: what else is at work only adds.</summary>
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
