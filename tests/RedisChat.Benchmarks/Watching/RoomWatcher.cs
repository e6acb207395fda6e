using System.Diagnostics;
using System.Globalization;
using System.Text.Json;
using StackExchange.Redis;

namespace RedisChat.Benchmarks.Watching;

/// <summary>A process that watches many rooms and reports the cost: the benchmark program started again, so that nothing else runs in it.</summary>
internal static class RoomWatcher
{
    public const string Verb = "watch-rooms";

    private const int ConcurrentJoins = 64;

    // Two probes at the default interval: code that runs for the first time is compiled and later recompiled, which is not a cost of idling.
    private static readonly TimeSpan SettlingTime = TimeSpan.FromSeconds(12);

    private static readonly TimeSpan IdleTime = TimeSpan.FromSeconds(12);

    public static async Task<int> RunAsync(string[] arguments)
    {
        if (arguments is not [var prefix, var firstRoom, var number] || await Console.In.ReadLineAsync() is not { } redis)
        {
            return 2;
        }

        // This process ends, whatever happens to its parent.
        _ = Task.Run(async () =>
        {
            await Console.In.ReadToEndAsync();
            Environment.Exit(1);
        });

        var rooms = int.Parse(number, CultureInfo.InvariantCulture);
        await using var store = new RedisMessageStore(ConfigurationOptions.Parse(redis), new RedisStoreOptions { KeyPrefix = prefix });
        var chat = new Chat(store);

        // One more room, to allocate everything that watching needs only once.
        await WatchAsync(chat, Name(rooms));
        var before = ProcessMemory.Now();
        await Parallel.ForEachAsync(
            Enumerable.Range(0, rooms), new ParallelOptions { MaxDegreeOfParallelism = ConcurrentJoins }, async (room, _) => await WatchAsync(chat, Name(room)));
        var after = ProcessMemory.Now();

        await Task.Delay(SettlingTime);
        var cpu = Environment.CpuUsage.TotalTime;
        var start = Stopwatch.GetTimestamp();
        await Task.Delay(IdleTime);
        var idle = (Environment.CpuUsage.TotalTime - cpu) / Stopwatch.GetElapsedTime(start);
        Console.WriteLine(JsonSerializer.Serialize(new WatchingCost(
            (double)(after.Managed - before.Managed) / rooms, (double)(after.Private - before.Private) / rooms, idle * 100)));
        return 0;

        string Name(int room) => RoomName(firstRoom, room);
    }

    public static string RoomName(string first, int room) => string.Create(CultureInfo.InvariantCulture, $"{first}-{room}");

    /// <summary>Starts to watch a room, as an application does; returns once it receives events.</summary>
    private static Task WatchAsync(Chat chat, string room)
    {
        var caughtUp = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        _ = Task.Run(async () =>
        {
            try
            {
                await foreach (var happened in chat.WatchAsync(room))
                {
                    if (happened is RoomEvent.CaughtUp)
                    {
                        caughtUp.TrySetResult();
                    }
                }
            }
            catch (Exception e)
            {
                caughtUp.TrySetException(e);
            }
        });
        return caughtUp.Task;
    }
}
