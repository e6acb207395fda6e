using static RedisChat.ServerFindingCodes;

namespace RedisChat.IntegrationTests.Redis;

/// <summary>Findings that concern several servers together.</summary>
public sealed class InspectedTopologyTests
{
    [Fact]
    public async Task A_primary_and_its_replica_are_both_inspected()
    {
        await using var primary = await Patient.StartAsync("--repl-diskless-sync-delay", "0");
        await using var replica = await Patient.StartAsync("--replicaof", "127.0.0.1", $"{primary.Redis.Port}");
        var inspection = await Patient.InspectUntilAsync($"{primary.Configuration},{replica.Configuration}", found => found.Ills().SequenceEqual([WritesWithoutReplicas]));
        inspection.Servers.Select(server => (server.EndPoint, server.Role)).Should().BeEquivalentTo(
            [(primary.Configuration, ServerRole.Primary), (replica.Configuration, ServerRole.Replica)]);

        await primary.RunAsync(inspection.The(WritesWithoutReplicas).Command!);

        await Patient.InspectUntilAsync($"{primary.Configuration},{replica.Configuration}", found => !found.Ills().Any());
    }

    [Fact]
    public async Task A_replica_whose_primary_is_down_is_found_until_it_is_back()
    {
        await using var primary = await Patient.StartAsync("--repl-diskless-sync-delay", "0");
        await using var replica = await Patient.StartAsync("--replicaof", "127.0.0.1", $"{primary.Redis.Port}");
        var both = $"{primary.Configuration},{replica.Configuration},connectTimeout=500,connectRetry=1";
        await Patient.InspectUntilAsync(both, found => found.Ills().SequenceEqual([WritesWithoutReplicas]));

        await primary.Redis.KillAsync();
        var inspection = await Patient.InspectUntilAsync(both, found => found.Has(ReplicaWithoutLink));

        inspection.Ills().Should().BeEquivalentTo([ReplicaWithoutLink, NoPrimary, ServerUnreachable]);
        inspection.The(ServerUnreachable).Server.Should().Be(primary.Configuration);
        inspection.The(ReplicaWithoutLink).Server.Should().Be(replica.Configuration);

        await primary.Redis.StartAgainAsync();
        await Patient.InspectUntilAsync(both, found => found.Ills().SequenceEqual([WritesWithoutReplicas]));
    }

    [Fact]
    public async Task A_replica_that_is_not_synchronized_yet_is_found_at_both_ends()
    {
        await using var primary = await Patient.StartAsync("--repl-diskless-sync", "yes", "--repl-diskless-sync-delay", "600");
        await using var replica = await Patient.StartAsync("--replicaof", "127.0.0.1", $"{primary.Redis.Port}");

        var inspection = await Patient.InspectUntilAsync($"{primary.Configuration},{replica.Configuration}", found => found.Has(ReplicaNotOnline));

        inspection.Ills().Should().Equal(ReplicaWithoutLink, ReplicaNotOnline, WritesWithoutReplicas);
    }

    [Fact]
    public async Task A_frozen_replica_is_found_at_its_primary()
    {
        await using var primary = await Patient.StartAsync("--repl-diskless-sync-delay", "0");
        await using var replica = await Patient.StartAsync("--replicaof", "127.0.0.1", $"{primary.Redis.Port}");
        await Patient.InspectUntilAsync(primary.Configuration, found => found.Ills().SequenceEqual([WritesWithoutReplicas]));

        replica.Redis.Freeze();

        await Patient.InspectUntilAsync(primary.Configuration, found => found.Has(ReplicaBehind));
        replica.Redis.Thaw();
        await Patient.InspectUntilAsync(primary.Configuration, found => !found.Has(ReplicaBehind));
    }

    [Fact]
    public async Task Two_primaries_are_found_until_one_becomes_a_replica()
    {
        await using var primary = await Patient.StartAsync("--repl-diskless-sync-delay", "0");
        await using var stale = await Patient.StartAsync();
        var both = $"{primary.Configuration},{stale.Configuration}";

        (await Patient.InspectAsync(both, time: null)).Ills().Should().Equal(SeveralPrimaries);

        await stale.RunAsync($"REPLICAOF 127.0.0.1 {primary.Redis.Port}");
        await Patient.InspectUntilAsync(both, found => found.Ills().SequenceEqual([WritesWithoutReplicas]));
    }

    [Fact]
    public async Task A_cluster_that_does_not_serve_all_slots_is_found_until_it_does()
    {
        await using var node = await Patient.StartAsync("--cluster-enabled", "yes");
        await node.RunAsync("CLUSTER ADDSLOTSRANGE 0 8000");
        await Patient.InspectUntilAsync(node.Configuration, found => found.Ills().SequenceEqual([ClusterNotWhole]));

        await node.RunAsync("CLUSTER ADDSLOTSRANGE 8001 16383");

        await Patient.InspectUntilAsync(node.Configuration, found => !found.Ills().Any());
    }
}
