namespace RedisChat.IntegrationTests.Faults;

/// <summary>Whatever happens to a single server: nothing acknowledged is lost unless the server may lose it, and then watchers are told; nothing is doubled or reordered.</summary>
public sealed class SingleServerFaultTests(FaultReport report) : IClassFixture<FaultReport>
{
    public static TheoryData<string, int> Faults => FaultSelection.Of(
        SingleServerFaults.All.Select(fault => fault.Name),
        "kill -9 and restart, AOF always", "CLIENT KILL TYPE pubsub");

    [Theory]
    [MemberData(nameof(Faults))]
    public Task Sends_and_watchers_keep_their_promises(string fault, int seed) =>
        FaultSelection.CheckAsync(SingleServerFaults.All.Single(one => one.Name == fault), seed, report);
}
