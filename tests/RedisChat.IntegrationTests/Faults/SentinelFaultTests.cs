namespace RedisChat.IntegrationTests.Faults;

/// <summary>The guarantees hold through any fault of a deployment with Sentinel.</summary>
public sealed class SentinelFaultTests(FaultReport report) : IClassFixture<FaultReport>
{
    public static TheoryData<string, int> Faults => FaultSelection.Of(SentinelFaults.All.Select(fault => fault.Name), "Sentinel: SENTINEL FAILOVER, Replicated(2)");

    public static TheoryData<string, int> FaultsToDisposeIn => FaultSelection.Of(SentinelFaults.All.Select(fault => fault.Name), "Sentinel: primary killed, comes back later, Memory");

    [Theory]
    [MemberData(nameof(Faults))]
    public Task Nothing_acknowledged_is_lost_without_a_gap_and_nothing_doubled_or_reordered(string fault, int seed) =>
        FaultSelection.CheckAsync(Named(fault), seed, report);

    [Theory]
    [MemberData(nameof(FaultsToDisposeIn))]
    public Task A_store_is_disposed_within_five_seconds_in_the_middle_of_it(string fault, int seed) =>
        FaultDisposal.CheckAsync(Named(fault), seed);

    private static Fault<SentinelDeployment> Named(string name) => SentinelFaults.All.Single(fault => fault.Name == name);
}
