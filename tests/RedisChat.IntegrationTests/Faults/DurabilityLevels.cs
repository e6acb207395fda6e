namespace RedisChat.IntegrationTests.Faults;

/// <summary>Runs a fault at each durability level that it affects differently.</summary>
internal static class DurabilityLevels
{
    /// <summary>
    /// Memory, and all replicas of each primary. While a replica is down nothing is acknowledged at that level, so recovery
    /// counts from its return.
    /// </summary>
    public static IEnumerable<Fault<T>> AtBothLevels<T>(this Fault<T> fault, int replicas)
        where T : IDeployment
    {
        var replicated = Durability.Replicated(replicas, TimeSpan.FromSeconds(1));
        return
        [
            fault with { Name = $"{fault.Name}, Memory", CountsFromItsBeginning = true },
            fault with
            {
                Name = $"{fault.Name}, {replicated}",
                Durability = replicated,
                MayLose = fault.MayLose == Loss.Nothing ? Loss.Nothing : Loss.Unacknowledged,
            },
        ];
    }
}
