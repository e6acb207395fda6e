using System.Globalization;
using Scene = RedisChat.IntegrationTests.Faults.FaultScene<RedisChat.IntegrationTests.Faults.SingleServer>;

namespace RedisChat.IntegrationTests.Faults;

/// <summary>The faults of a single server and of the network to it.</summary>
internal static class SingleServerFaults
{
    private static readonly TimeSpan AfterKilledConnection = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan AfterServerIsBack = TimeSpan.FromSeconds(5);
    private static readonly TimeSpan AfterBlackHole = TimeSpan.FromSeconds(10);

    public static IReadOnlyList<Fault<SingleServer>> All { get; } =
    [
        Crash("kill -9 and restart, AOF always", SingleServer.AofAlways),
        Crash("kill -9 and restart, AOF everysec", SingleServer.AofEverySecond) with { MayLose = Loss.Acknowledged },
        Crash("kill -9 and restart, AOF everysec, Fsynced", SingleServer.AofEverySecond) with
        {
            StartAsync = () => SingleServer.StartAsync(new RedisSetup { Program = ServerPrograms.NeedWaitAof(), Arguments = SingleServer.AofEverySecond }),
            Durability = Durability.Fsynced(TimeSpan.FromSeconds(3)),
            MayLose = Loss.Unacknowledged,
        },
        Crash("kill -9 and restart without data", SingleServer.NotPersistent) with { MayLose = Loss.Acknowledged },
        Frozen(5),
        Frozen(25),
        Passing("answers lost after they were applied", scene => Now(() => scene.Deployment.Network.SwallowAnswers(true)), 1, scene => Now(() =>
        {
            scene.Deployment.Network.Cut();
            scene.Deployment.Network.SwallowAnswers(false);
        })),
        Sudden("connections into a black hole", AfterBlackHole, scene => Now(scene.Deployment.Network.BlackHole)),
        Sudden("connections reset", AfterKilledConnection, scene => Now(scene.Deployment.Network.Cut)),
        Passing("network 200 ms slower", scene => Now(() => scene.Deployment.Network.Delay(TimeSpan.FromMilliseconds(200))), 3,
            scene => Now(() => scene.Deployment.Network.Delay(TimeSpan.Zero))),
        Sudden("CLIENT KILL TYPE normal", AfterKilledConnection, scene => scene.Deployment.AskAsync("CLIENT KILL TYPE normal")),
        Sudden("CLIENT KILL TYPE pubsub", AfterKilledConnection, scene => scene.Deployment.AskAsync("CLIENT KILL TYPE pubsub")),
        Sudden("CLIENT KILL USER", AfterKilledConnection, scene => scene.Deployment.AskAsync("CLIENT KILL USER default")),
        Sudden("SCRIPT FLUSH", AfterKilledConnection, scene => scene.Deployment.AskAsync("SCRIPT FLUSH")),
        Passing("maxmemory reached", scene => scene.Deployment.AskAsync("CONFIG SET maxmemory 1"), 2, scene => scene.Deployment.AskAsync("CONFIG SET maxmemory 0")),
        Passing("maxclients reached", FillClientsAsync, 2, scene => scene.Deployment.AskAsync("CONFIG SET maxclients 10000")),
        Passing("BUSY with another's script", RunEndlessScriptAsync, 3, scene => scene.Deployment.AskAsync("SCRIPT KILL")),
        Crash("LOADING a large AOF", SingleServer.AofAlways) with { BeginAsync = CrashWithMuchDataAsync, Lasts = TimeSpan.Zero },
        Passing("wrong type under a room's key", BreakRoomAsync, 2, PutBackAsync),
        Passing("wrong type under a bucket's key", BreakNewestBucketAsync, 2, PutBackAsync),
        Sudden("FLUSHALL", AfterServerIsBack, scene => scene.Deployment.AskAsync("FLUSHALL")) with { MayLose = Loss.Acknowledged },
        Crash("an older snapshot restored", SingleServer.NotPersistent) with { BeginAsync = CrashAfterSnapshotAsync, MayLose = Loss.Acknowledged },
        Crash("the AOF's tail cut", SingleServer.AofAlways) with { EndAsync = RestartWithCutAofAsync, MayLose = Loss.Acknowledged },
        Passing("senders frozen for 5 s", scene => Now(scene.Senders.Freeze), 5, scene => Now(scene.Senders.Thaw)),
    ];

    private static Fault<SingleServer> Sudden(string name, TimeSpan recovery, Func<Scene, Task> begin) =>
        new(name, () => SingleServer.StartAsync(SingleServer.AofAlways), begin) { Recovery = recovery };

    private static Fault<SingleServer> Passing(string name, Func<Scene, Task> begin, double seconds, Func<Scene, Task> end) =>
        new(name, () => SingleServer.StartAsync(SingleServer.AofAlways), begin)
        {
            Lasts = TimeSpan.FromSeconds(seconds),
            EndAsync = end,
            Recovery = AfterServerIsBack,
        };

    private static Fault<SingleServer> Crash(string name, string[] persistence) =>
        new(name, () => SingleServer.StartAsync(persistence), scene => scene.Deployment.KillAsync())
        {
            Lasts = TimeSpan.FromSeconds(1),
            EndAsync = scene => scene.Deployment.RestartAsync(),
            Recovery = AfterServerIsBack,
        };

    private static Fault<SingleServer> Frozen(int seconds) =>
        Passing($"server frozen for {seconds} s", scene => Now(scene.Deployment.Server.Freeze), seconds, scene => Now(scene.Deployment.Server.Thaw));

    private static async Task FillClientsAsync(Scene scene)
    {
        await scene.Deployment.AskAsync("CONFIG SET maxclients 1");
        await scene.Deployment.AskAsync("CLIENT KILL TYPE pubsub");
        await scene.Deployment.AskAsync("CLIENT KILL TYPE normal");
    }

    private static async Task RunEndlessScriptAsync(Scene scene)
    {
        await scene.Deployment.AskAsync("CONFIG SET lua-time-limit 100");
        using var other = await RawRedis.ConnectAsync(scene.Deployment.Server.Port);
        await other.SendAsync("EVAL \"while true do end\" 0");
    }

    private static async Task CrashWithMuchDataAsync(Scene scene)
    {
        // In portions, so that the server keeps answering in between.
        for (var portion = 0; portion < 30; portion++)
        {
            await scene.Deployment.AskAsync(string.Create(CultureInfo.InvariantCulture,
                $"EVAL \"for i = 1, 20000 do redis.call('SET', 'other:{portion}:' .. i, string.rep('x', 100)) end return 1\" 0"));
        }

        await scene.Deployment.KillAsync();
    }

    private static async Task CrashAfterSnapshotAsync(Scene scene)
    {
        await scene.Deployment.AskAsync("SAVE");
        await Task.Delay(TimeSpan.FromMilliseconds(scene.Random.Next(200, 1000)));
        await scene.Deployment.KillAsync();
    }

    private static async Task RestartWithCutAofAsync(Scene scene)
    {
        var directory = Path.Combine(scene.Deployment.Server.DataDirectory, "appendonlydir");
        await using (var file = File.OpenWrite(Directory.GetFiles(directory, "*.incr.aof").Single()))
        {
            file.SetLength(file.Length - scene.Random.Next(100, 5000));
        }

        await scene.Deployment.RestartAsync();
    }

    private static Task BreakRoomAsync(Scene scene) => PutAnotherTypeAsync(scene, RoomKey);

    private static async Task BreakNewestBucketAsync(Scene scene)
    {
        var bucket = await scene.Deployment.AskAsync($"EVAL \"return math.floor(redis.call('HGET', KEYS[1], 'last') / 128)\" 1 {RoomKey}");
        await PutAnotherTypeAsync(scene, $"{RoomKey}:m:{bucket.TrimStart(':')}");
    }

    private static async Task PutAnotherTypeAsync(Scene scene, string key)
    {
        await scene.Deployment.AskAsync($"SET broken-key {key}");
        await scene.Deployment.AskAsync($"EVAL \"redis.call('RENAME', KEYS[1], 'put-aside') redis.call('SET', KEYS[1], 'of another type') return 1\" 1 {key}");
    }

    private static Task PutBackAsync(Scene scene) =>
        scene.Deployment.AskAsync("EVAL \"redis.call('RENAME', 'put-aside', redis.call('GET', 'broken-key')) return 1\" 0");

    private static string RoomKey => $"chatroom:{{{FaultWorkers.Rooms[0]}}}";

    private static Task Now(Action action)
    {
        action();
        return Task.CompletedTask;
    }
}
