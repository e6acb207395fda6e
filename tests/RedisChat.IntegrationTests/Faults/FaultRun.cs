using System.Diagnostics;
using StackExchange.Redis;

namespace RedisChat.IntegrationTests.Faults;

/// <summary>Runs senders and watchers in their own processes, breaks their servers, and checks the result.</summary>
internal static class FaultRun
{
    private static readonly TimeSpan CalmBefore = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan CalmAfter = TimeSpan.FromSeconds(0.5);

    /// <summary>Runs the fault several times in a row, and checks everything at the end.</summary>
    public static async Task<FaultResult> RunAsync<T>(Fault<T> fault, int seed, int times)
        where T : IDeployment
    {
        var logs = Directory.CreateTempSubdirectory("redischat-fault-");
        await using var deployment = await fault.StartAsync();
        await using var workers = await FaultWorkers.StartAsync(deployment.Configuration, fault.Durability, seed, logs.FullName);
        var scene = new FaultScene<T>(deployment, workers.Senders, new Random(seed));
        await workers.RecoverAsync();

        var (sends, deliveries) = (TimeSpan.Zero, TimeSpan.Zero);
        for (var time = 0; time < times; time++)
        {
            await Task.Delay(CalmBefore + TimeSpan.FromMilliseconds(scene.Random.Next(500)));
            var since = Stopwatch.GetTimestamp();
            await fault.BeginAsync(scene);
            await Task.Delay(fault.Lasts);
            if (fault.EndAsync is not null)
            {
                await fault.EndAsync(scene);
                since = fault.CountsFromItsBeginning ? since : Stopwatch.GetTimestamp();
            }

            await workers.RecoverAsync();
            await Task.Delay(CalmAfter);
            var (silenceOfSends, silenceOfWatchers) = workers.SilenceSince(since);
            sends = silenceOfSends > sends ? silenceOfSends : sends;
            deliveries = silenceOfWatchers > deliveries ? silenceOfWatchers : deliveries;
        }

        await workers.Senders.EndAsync();
        var stored = await ReadAsync(deployment.Configuration);
        await workers.ReachAsync(stored);
        await workers.Watchers.EndAsync();
        var findings = HistoryCheck.Run(workers.Events, stored);
        var result = new FaultResult(fault.Name, fault.MayLose, findings, sends, deliveries, fault.Recovery, logs.FullName);
        if (!result.Violations.Any())
        {
            logs.Delete(recursive: true);
        }

        return result;
    }

    private static async Task<IReadOnlyList<StoredRoom>> ReadAsync(string configuration)
    {
        await using var store = new RedisMessageStore(ConfigurationOptions.Parse(configuration));
        var chat = new Chat(store);
        return await Task.WhenAll(FaultWorkers.Rooms.Select(room => StoredRoom.ReadAsync(chat, room)));
    }
}
