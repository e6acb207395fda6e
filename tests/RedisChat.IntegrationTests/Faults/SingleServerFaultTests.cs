namespace RedisChat.IntegrationTests.Faults;

/// <summary>The guarantees hold through any fault of a single server.</summary>
public sealed class SingleServerFaultTests(FaultReport report) : IClassFixture<FaultReport>
{
    public static TheoryData<string, int> Faults => FaultSelection.Of(
        SingleServerFaults.All.Select(fault => fault.Name),
        "kill -9 and restart, AOF always",
        "answers lost after they were applied",
        "CLIENT KILL TYPE pubsub",
        "maxmemory reached",
        "BUSY with another's script",
        "wrong type under a room's key",
        "an older snapshot restored",
        "the AOF's tail cut");

    public static TheoryData<string, int> FaultsToDisposeIn => FaultSelection.Of(
        SingleServerFaults.All.Select(fault => fault.Name).Where(name => !name.StartsWith("senders", StringComparison.Ordinal)),
        "server frozen for 5 s");

    [Theory]
    [MemberData(nameof(Faults))]
    public Task Nothing_acknowledged_is_lost_without_a_gap_and_nothing_doubled_or_reordered(string fault, int seed) =>
        FaultSelection.CheckAsync(Named(fault), seed, report);

    [Theory]
    [MemberData(nameof(FaultsToDisposeIn))]
    public Task A_store_is_disposed_within_five_seconds_in_the_middle_of_it(string fault, int seed) =>
        FaultDisposal.CheckAsync(Named(fault), seed);

    private static Fault<SingleServer> Named(string name) => SingleServerFaults.All.Single(fault => fault.Name == name);
}
