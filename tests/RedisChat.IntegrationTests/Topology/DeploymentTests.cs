using System.Diagnostics;
using StackExchange.Redis;

namespace RedisChat.IntegrationTests.Topology;

/// <summary>The deployments that the tests in this folder run on work as intended.</summary>
public sealed class DeploymentTests
{
    [Fact]
    public async Task Sentinels_promote_a_replica_on_demand_and_when_the_primary_dies()
    {
        var watch = Stopwatch.StartNew();
        await using var deployment = await SentinelDeployment.StartAsync();
        Report("started", watch);
        var first = await deployment.PrimaryAsync();
        first.Should().Be(deployment.Servers[0]);

        var second = await deployment.FailOverAsync();
        await deployment.SyncedAsync();
        Report("failed over and in sync", watch);

        await second.KillAsync();
        var third = await deployment.PromotedInsteadOfAsync(second);
        Report("promoted after a kill", watch);
        third.Should().NotBe(second);
        await second.StartAgainAsync();
        await deployment.SyncedAsync();
        Report("in sync again", watch);
    }

    [Fact]
    public async Task A_cluster_moves_a_slot_and_promotes_replicas_on_demand_and_when_a_primary_dies()
    {
        var watch = Stopwatch.StartNew();
        await using var cluster = await ClusterDeployment.StartAsync();
        Report("started", watch);
        var slot = await cluster.SlotAsync("key");
        var first = await cluster.PrimaryAsync(slot);
        await first.AskAsync("SET", "key", "value");
        var other = await cluster.PrimaryAsync((slot + 8192) % 16384);
        await cluster.MigrateAsync(slot, other);
        (await other.AskAsync("GET", "key")).Should().Equal("value");
        await cluster.MigrateAsync(slot, first);
        Report("moved there and back", watch);

        var second = await cluster.FailOverAsync(slot);
        await cluster.WholeAsync();
        Report("failed over and whole", watch);

        await second.KillAsync();
        (await cluster.PromotedInsteadOfAsync(second, slot)).Should().Be(first);
        Report("promoted after a kill", watch);
        await second.StartAgainAsync();
        await cluster.WholeAsync();
        Report("whole again", watch);
        (await first.AskAsync("GET", "key")).Should().Equal("value");
    }

    [Fact]
    public async Task A_server_with_TLS_shows_a_certificate_of_its_authority()
    {
        await using var server = await TlsServer.StartAsync();
        var options = ConfigurationOptions.Parse(server.Configuration);
        options.TrustIssuer(server.AuthorityFile);

        await using var connection = await ConnectionMultiplexer.ConnectAsync(options);

        (await connection.GetDatabase().PingAsync()).Should().BePositive();
    }

    [Fact]
    public async Task A_server_that_knows_WAITAOF_can_be_requested()
    {
        await using var server = await RedisProcess.StartAsync(
            new RedisSetup { Program = ServerPrograms.NeedWaitAof(), Arguments = ["--appendonly", "yes"] });

        (await server.AskAsync("WAITAOF", "1", "0", "30000"))[0].Should().Be("1");
    }

    private static void Report(string what, Stopwatch watch) =>
        TestContext.Current.TestOutputHelper?.WriteLine($"{what}: {watch.ElapsedMilliseconds} ms");
}
