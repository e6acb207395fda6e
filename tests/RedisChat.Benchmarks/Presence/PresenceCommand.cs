using System.Diagnostics;
using RedisChat.Benchmarks.Servers;
using StackExchange.Redis;

namespace RedisChat.Benchmarks.Presence;

/// <summary>What presence costs: one user in each of many rooms, and many users in one room. A table on standard output; starts its own redis-server.</summary>
internal static class PresenceCommand
{
    private const int Rooms = 10_000;
    private const int Users = 10_000;

    // Two heartbeats of each room, with the default expiry.
    private static readonly TimeSpan Watched = TimeSpan.FromSeconds(20);

    private static readonly int[] Sizes = [10, 100, 1000, Users];

    public static async Task<int> RunAsync()
    {
        await using var server = await RedisServer.StartAsync();
        var configuration = ConfigurationOptions.Parse(server.Configuration);
        configuration.AllowAdmin = true;
        await using var connection = await ConnectionMultiplexer.ConnectAsync(configuration);
        var figures = new ServerFigures(connection);
        await using var store = new RedisMessageStore(ConfigurationOptions.Parse(server.Configuration));
        await MeasureRoomsAsync(new Chat(store), figures);
        await MeasureUsersAsync(store, new Chat(store), figures);
        return 0;
    }

    private static async Task MeasureRoomsAsync(Chat chat, ServerFigures figures)
    {
        var before = GC.GetTotalMemory(forceFullCollection: true);
        var connections = await Task.WhenAll(Enumerable.Range(0, Rooms).Select(room => chat.Room($"room {room}").Presence.EnterAsync("alice")));
        var memory = GC.GetTotalMemory(forceFullCollection: true) - before;

        // The first heartbeats may find some of the time of entering still to be paid.
        await Task.Delay(Watched / 4);
        var (own, ofServer) = (Environment.CpuUsage.TotalTime, await CpuAsync(figures));
        var watch = Stopwatch.StartNew();
        await Task.Delay(Watched);
        var seconds = watch.Elapsed;
        Console.WriteLine(
            $"{Rooms} rooms x 1 user, for {seconds.TotalSeconds:0} s: this process {(Environment.CpuUsage.TotalTime - own) / seconds:p1} of a core, "
            + $"redis-server {(await CpuAsync(figures) - ofServer) / seconds:p1}; {memory / Rooms} B of this process's memory for each room");
        watch.Restart();
        await Task.WhenAll(connections.Select(connection => connection.DisposeAsync().AsTask()));
        Console.WriteLine($"all leave in {watch.Elapsed.TotalSeconds:0.00} s");
    }

    private static async Task MeasureUsersAsync(RedisMessageStore store, Chat chat, ServerFigures figures)
    {
        using var end = new CancellationTokenSource();
        var (events, caughtUp) = (0, new TaskCompletionSource());
        var watching = Task.Run(async () =>
        {
            await foreach (var happened in store.WatchAsync("hall", cancellationToken: end.Token))
            {
                caughtUp.TrySetResult();
                events++;
            }
        });
        await caughtUp.Task;
        var presence = chat.Room("hall").Presence;
        var connections = new Stack<IAsyncDisposable>();
        foreach (var size in Sizes)
        {
            while (connections.Count < size)
            {
                foreach (var connection in await Task.WhenAll(Enumerable.Range(connections.Count, Math.Min(500, size - connections.Count)).Select(n => presence.EnterAsync($"user {n}"))))
                {
                    connections.Push(connection);
                }
            }

            // One by one, so that each is a call of its own.
            const int Calls = 1000;
            var cpu = await CpuAsync(figures);
            var watch = Stopwatch.StartNew();
            for (var i = 0; i < Calls; i++)
            {
                await (await presence.EnterAsync($"visitor {i}")).DisposeAsync();
            }

            Console.WriteLine(
                $"{size,6} users in one room: {watch.Elapsed.TotalMicroseconds / Calls / 2:0} µs for entering or leaving, of it redis-server {(await CpuAsync(figures) - cpu).TotalMicroseconds / Calls / 2:0} µs");
        }

        var start = Stopwatch.StartNew();
        var until = events;
        await Task.WhenAll(connections.Select(connection => connection.DisposeAsync().AsTask()));
        Console.WriteLine($"all {Users} leave at once in {start.Elapsed.TotalSeconds:0.00} s; a watcher receives {events - until} events of it");
        await end.CancelAsync();
        await ((Task)watching).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
    }

    private static async Task<TimeSpan> CpuAsync(ServerFigures figures) => TimeSpan.FromMicroseconds(await figures.ProcessorMicrosAsync());
}
