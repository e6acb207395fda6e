using System.Diagnostics;
using RedisChat.Faults;
using StackExchange.Redis;

namespace RedisChat.IntegrationTests.Faults;

/// <summary>Senders and watchers in processes of their own, a fault that happens to their servers, and the check of what came of it.</summary>
internal static class FaultRun
{
    private static readonly TimeSpan CalmBefore = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan CalmAfter = TimeSpan.FromSeconds(0.5);
    private static readonly string[] Rooms = ["lobby", "kitchen", "garden"];

    /// <summary>Makes the fault happen, some times one after the other, and checks everything in the end.</summary>
    public static async Task<FaultResult> RunAsync<T>(Fault<T> fault, int seed, int times)
        where T : IDeployment
    {
        var directory = Directory.CreateTempSubdirectory("redischat-fault-");
        await using var deployment = await fault.StartAsync();
        await using var senders = await StartWorkerAsync(sends: true);
        await using var watchers = await StartWorkerAsync(sends: false);
        var scene = new FaultScene<T>(deployment, Rooms, senders, new Random(seed));
        var (sends, deliveries) = (TimeSpan.Zero, TimeSpan.Zero);
        await RecoverAsync(Stopwatch.GetTimestamp());
        for (var time = 0; time < times; time++)
        {
            await Task.Delay(CalmBefore + TimeSpan.FromMilliseconds(scene.Random.Next(500)));
            await fault.BeginAsync(scene);
            var since = Stopwatch.GetTimestamp();
            await Task.Delay(fault.Lasts);
            if (fault.EndAsync is not null)
            {
                await fault.EndAsync(scene);
                since = fault.CountsFromItsBeginning ? since : Stopwatch.GetTimestamp();
            }

            var recovery = await RecoverAsync(since);
            sends = Longer(sends, recovery.OfSends(Rooms.Length));
            deliveries = Longer(deliveries, recovery.OfWatchers(2 * Rooms.Length));
            await Task.Delay(CalmAfter);
        }

        await senders.EndAsync();
        await using var store = new RedisMessageStore(ConfigurationOptions.Parse(deployment.Configuration));
        var chat = new Chat(store);
        var stored = new List<StoredRoom>();
        foreach (var room in Rooms)
        {
            stored.Add(await StoredRoom.ReadAsync(chat, room));
        }

        await watchers.UntilAsync(
            events => stored.TrueForAll(room => HasReached(events, room)), $"all watchers have reached {string.Join(", ", stored.Select(room => room.Position))}");
        await watchers.EndAsync();
        var findings = HistoryCheck.Run([.. senders.History.Events, .. watchers.History.Events], stored);
        var result = new FaultResult(fault.Name, fault.MayLose, findings, sends, deliveries, fault.Recovery);
        if (!result.Violations.Any())
        {
            directory.Delete(recursive: true);
        }

        return result;

        Task<WorkerProcess> StartWorkerAsync(bool sends) => WorkerProcess.StartAsync(new WorkerOptions
        {
            Sends = sends,
            Redis = deployment.Configuration,
            Rooms = Rooms,
            Seed = seed,
            Log = Path.Combine(directory.FullName, sends ? "senders.log" : "watchers.log"),
        });

        // Every room takes messages again, and every watcher is told of them.
        async Task<Recovery> RecoverAsync(long since)
        {
            var recovery = new Recovery(senders.History.Events, watchers.History.Events, since);
            await senders.UntilAsync(_ => recovery.OfSends(Rooms.Length) is not null, "each room has an acknowledged send");
            await watchers.UntilAsync(_ => recovery.OfWatchers(2 * Rooms.Length) is not null, "each watcher is told a message");
            return recovery;
        }
    }

    private static bool HasReached(IReadOnlyList<HistoryEvent> events, StoredRoom room) =>
        events.OfType<Told>().Where(told => told.Watcher == room.Room || told.Watcher.StartsWith($"{room.Room},", StringComparison.Ordinal))
            .GroupBy(told => told.Watcher).All(told => told.Last().Position == room.Position.ToString());

    private static TimeSpan Longer(TimeSpan one, TimeSpan? other) => other > one ? other.Value : one;
}
