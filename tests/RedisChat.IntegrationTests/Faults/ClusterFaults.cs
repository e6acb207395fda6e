using Scene = RedisChat.IntegrationTests.Faults.FaultScene<RedisChat.IntegrationTests.ClusterDeployment>;

namespace RedisChat.IntegrationTests.Faults;

/// <summary>The faults of a cluster of three primaries with one replica each, at the slot of one of the rooms.</summary>
internal static class ClusterFaults
{
    private static readonly TimeSpan AfterFailOver = TimeSpan.FromSeconds(15);

    public static IReadOnlyList<Fault<ClusterDeployment>> All { get; } =
    [
        .. new Fault<ClusterDeployment>("Cluster: primary killed, comes back later", () => ClusterDeployment.StartAsync(), KillPrimaryAsync)
        {
            Lasts = TimeSpan.FromSeconds(10),
            EndAsync = RestartAsync,
            MayLose = Loss.Acknowledged,
            Recovery = AfterFailOver,
        }.AtBothLevels(replicas: 1),
        .. Planned("Cluster: CLUSTER FAILOVER", FailOverAsync).AtBothLevels(replicas: 1),
        .. Planned("Cluster: slot moved under load", MoveSlotAsync).AtBothLevels(replicas: 1),
    ];

    private static Fault<ClusterDeployment> Planned(string name, Func<Scene, Task> begin) =>
        new(name, ClusterDeployment.StartPatientAsync, begin) { Recovery = AfterFailOver };

    private static async Task KillPrimaryAsync(Scene scene) => await (await PrimaryAsync(scene)).KillAsync();

    private static async Task RestartAsync(Scene scene)
    {
        await scene.Deployment.Nodes.Single(node => !node.IsRunning).StartAgainAsync();
        await scene.Deployment.WholeAsync();
    }

    private static async Task FailOverAsync(Scene scene)
    {
        await scene.Deployment.FailOverAsync(await SlotAsync(scene));
        await scene.Deployment.WholeAsync();
    }

    private static async Task MoveSlotAsync(Scene scene)
    {
        var from = await PrimaryAsync(scene);
        foreach (var node in scene.Deployment.Nodes)
        {
            if (node != from && (await node.AskAsync("ROLE"))[0] == "master")
            {
                await scene.Deployment.MigrateAsync(await SlotAsync(scene), node);
                return;
            }
        }
    }

    private static async Task<RedisProcess> PrimaryAsync(Scene scene) => await scene.Deployment.PrimaryAsync(await SlotAsync(scene));

    private static Task<int> SlotAsync(Scene scene) => scene.Deployment.SlotAsync(FaultWorkers.Rooms[0]);
}
