using Scene = RedisChat.IntegrationTests.Faults.FaultScene<RedisChat.IntegrationTests.SentinelDeployment>;

namespace RedisChat.IntegrationTests.Faults;

/// <summary>The faults of a primary with two replicas and three sentinels.</summary>
internal static class SentinelFaults
{
    private static readonly TimeSpan AfterFailOver = TimeSpan.FromSeconds(15);

    public static IReadOnlyList<Fault<SentinelDeployment>> All { get; } =
    [
        .. Passing("Sentinel: primary killed, comes back later", KillPrimaryAsync, RestartAsync).AtBothLevels(replicas: 2),
        .. Sudden("Sentinel: SENTINEL FAILOVER", FailOverAsync).AtBothLevels(replicas: 2),
        .. Passing("Sentinel: primary frozen, comes back as a primary", FreezePrimaryAsync, ThawAsync).AtBothLevels(replicas: 2),
    ];

    private static Fault<SentinelDeployment> Sudden(string name, Func<Scene, Task> begin) =>
        new(name, () => SentinelDeployment.StartAsync(), begin) { MayLose = Loss.Acknowledged, Recovery = AfterFailOver };

    private static Fault<SentinelDeployment> Passing(string name, Func<Scene, Task> begin, Func<Scene, Task> end) =>
        Sudden(name, begin) with { Lasts = TimeSpan.FromSeconds(10), EndAsync = end };

    private static async Task KillPrimaryAsync(Scene scene) => await (await scene.Deployment.PrimaryAsync()).KillAsync();

    private static async Task RestartAsync(Scene scene)
    {
        await scene.Deployment.Servers.Single(server => !server.IsRunning).StartAgainAsync();
        await scene.Deployment.SyncedAsync();
    }

    private static async Task FailOverAsync(Scene scene)
    {
        await scene.Deployment.FailOverAsync();
        await scene.Deployment.SyncedAsync();
    }

    private static async Task FreezePrimaryAsync(Scene scene) => (await scene.Deployment.PrimaryAsync()).Freeze();

    private static async Task ThawAsync(Scene scene)
    {
        scene.Deployment.Servers.Single(server => !server.IsRunning).Thaw();
        await scene.Deployment.SyncedAsync();
    }
}
