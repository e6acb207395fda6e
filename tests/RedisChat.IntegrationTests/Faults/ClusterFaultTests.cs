namespace RedisChat.IntegrationTests.Faults;

/// <summary>The guarantees hold through any fault of a deployment with Cluster.</summary>
public sealed class ClusterFaultTests(FaultReport report) : IClassFixture<FaultReport>
{
    public static TheoryData<string, int> Faults => FaultSelection.Of(
        ClusterFaults.All.Select(fault => fault.Name),
        "Cluster: CLUSTER FAILOVER, Replicated(1)", "Cluster: slot moved under load, Memory");

    public static TheoryData<string, int> FaultsToDisposeIn => FaultSelection.Of(ClusterFaults.All.Select(fault => fault.Name), "Cluster: primary killed, comes back later, Memory");

    [Theory]
    [MemberData(nameof(Faults))]
    public Task Nothing_acknowledged_is_lost_without_a_gap_and_nothing_doubled_or_reordered(string fault, int seed) =>
        FaultSelection.CheckAsync(Named(fault), seed, report);

    [Theory]
    [MemberData(nameof(FaultsToDisposeIn))]
    public Task A_store_is_disposed_within_five_seconds_in_the_middle_of_it(string fault, int seed) =>
        FaultDisposal.CheckAsync(Named(fault), seed);

    private static Fault<ClusterDeployment> Named(string name) => ClusterFaults.All.Single(fault => fault.Name == name);
}
