using StackExchange.Redis;

namespace RedisChat.IntegrationTests.Redis.Migration;

/// <summary>The classic layout on one server, the new rooms on a cluster.</summary>
public sealed class MigrationToClusterTests(TestServer server, SharedCluster cluster)
    : MigrationTestBase(server.Connection, ConnectionMultiplexer.Connect($"{cluster.Configuration.Replace(",user=chat,password=secret", "", StringComparison.Ordinal)},allowAdmin=true"))
{
    [Fact]
    public async Task Rooms_go_to_the_servers_of_their_slots() => await RunAsync();
}

/// <summary>Both layouts on the embedded Garnet.</summary>
public sealed class MigrationOnGarnetTests(SharedGarnet garnet)
    : MigrationTestBase(ConnectionMultiplexer.Connect($"{garnet.Configuration},allowAdmin=true"))
{
    [Fact]
    public async Task Rooms_are_migrated_on_Garnet() => await RunAsync();
}
