using RedisChat.IntegrationTests;

[assembly: AssemblyFixture(typeof(SharedCluster))]

namespace RedisChat.IntegrationTests;

/// <summary>A Redis Cluster for tests that leave it whole. The first test that needs it starts it.</summary>
public sealed class SharedCluster : IAsyncDisposable
{
    // No fail-over, however long a busy machine keeps a node waiting.
    private readonly Lazy<Task<ClusterDeployment>> _cluster = new(
        () => Task.Run(() => ClusterDeployment.StartAsync("--cluster-node-timeout", "60000")));

    /// <summary>How to connect. Waits until the cluster has started.</summary>
    public string Configuration => _cluster.Value.GetAwaiter().GetResult().Configuration;

    public async ValueTask DisposeAsync()
    {
        if (_cluster is { IsValueCreated: true, Value.IsCompletedSuccessfully: true })
        {
            await (await _cluster.Value).DisposeAsync();
        }
    }
}
