namespace RedisChat.IntegrationTests.Allocations;

/// <summary>Tests of this collection run while no other test does: allocations are counted for the whole process, since one operation's work is spread over threads.</summary>
[CollectionDefinition(Name, DisableParallelization = true)]
public sealed class AllocationCount
{
    public const string Name = "Allocations";

    private const int Rounds = 7;

    /// <summary>The bytes that an operation allocates, the client library's part in it. The least of several rounds: what else is at work only adds.</summary>
    internal static async Task<double> BytesEachAsync(int operations, Func<Task> operation)
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
