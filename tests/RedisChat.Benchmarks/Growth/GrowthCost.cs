using System.Diagnostics;
using RedisChat.Benchmarks.Memory;
using RedisChat.Benchmarks.Ratios;
using RedisChat.Benchmarks.Servers;
using RedisChat.Benchmarks.Texts;
using RedisChat.Redis;
using StackExchange.Redis;

namespace RedisChat.Benchmarks.Growth;

/// <summary>
/// The cost of a send and a newest page when Redis holds ten million messages, compared to ten thousand. Two servers at once, so both are measured in
/// the same rounds; and in each round rooms that were not touched before, filled alike to the last bucket.
/// </summary>
internal sealed class GrowthCost : IMetricGroup
{
    private const int SmallRooms = 100;
    private const int MessagesInSmallRoom = 100;

    // As many in the last bucket as in a small room.
    private const int MessagesInLargeRoom = (77 * Buckets.Size) + MessagesInSmallRoom;
    private const int LargeRooms = 10_000_000 / MessagesInLargeRoom;
    private const long BytesNeeded = 4L << 30;

    private const int Senders = 16;
    private const int Sends = 15_000;
    private const int Pages = 6000;

    private static readonly string[] Texts = [.. NaturalTexts.Embedded.Messages(seed: 7).Take(128)];

    public string Name => "growth";

    public bool NeedsOwnServer => true;

    public async Task<IReadOnlyList<Metric>> RunAsync(RunContext run)
    {
        string[] whats = ["send", "newest page of 50"];
        if (GC.GetGCMemoryInfo().TotalAvailableMemoryBytes < BytesNeeded)
        {
            return [.. whats.Select(what => Metric.Missing(Title(what), "µs", Budget.AtMost(1.1), "this machine has too little memory"))];
        }

        var scheme = new KeyNames(new HashTagKeyScheme(run.Prefix), database: 0);
        await using var server = await RedisServer.StartAsync();
        await using var connection = await RunContext.ConnectAsync(server.Configuration);
        run.Progress.Say("writing ten million messages");
        var names = Enumerable.Range(0, LargeRooms).Select(_ => run.NewName()).ToArray();
        await new BucketFill(scheme, MessagesInLargeRoom).WriteAsync(connection.GetDatabase(), names, run.Ending);

        // These histories were never sealed, and would be sealed during other measurements.
        await using var largeStore = run.NewStore(server.Configuration, SealedHistory.Off);
        await using var smallStore = run.NewStore(SealedHistory.Off);
        var smallFill = new BucketFill(scheme, MessagesInSmallRoom);
        var used = 0;
        var costs = await Rounds.RunAsync(
            run,
            TimeSpan.Zero,
            new Contender<Cost>("10 million", _ =>
            {
                var rooms = Enumerable.Range(used, SmallRooms).Select(i => names[i % LargeRooms]).ToArray();
                used += SmallRooms;
                return MeasureAsync(run, new Chat(largeStore), new ServerFigures(connection), rooms);
            }),
            new Contender<Cost>("10 thousand", async _ =>
            {
                string[] rooms = [.. Enumerable.Range(0, SmallRooms).Select(_ => run.NewName())];
                await run.CleanAsync();
                await smallFill.WriteAsync(run.Database, rooms, run.Ending);
                return await MeasureAsync(run, new Chat(smallStore), run.Server, rooms);
            }));
        return
        [
            Line(whats[0], cost => cost.Send, Budget.AtMost(1.1)),
            Line(whats[1], cost => cost.Page, Budget.AtMost(1.1)),
            Line($"{whats[0]}, server CPU", cost => cost.SendOnServer, null),
            Line($"{whats[1]}, server CPU", cost => cost.PageOnServer, null),
        ];

        Metric Line(string what, Func<Cost, double> read, Budget? budget) => Metric.Ratio(
            Title(what), "µs", [.. costs["10 million"].Select(read)], "10 thousand", [.. costs["10 thousand"].Select(read)], budget);
    }

    private static string Title(string what) => $"{what}, at 10 million messages in Redis";

    private static async Task<Cost> MeasureAsync(RunContext run, Chat chat, ServerFigures server, string[] rooms)
    {
        // The client library has to know the rooms in both cases, or neither.
        foreach (var room in rooms)
        {
            await chat.ReceiveAsync(room);
        }

        var (page, pageOnServer) = await TimeAsync(Pages, 1, i => chat.ReceiveAsync(rooms[i % rooms.Length]));
        var (send, sendOnServer) = await TimeAsync(Sends, Senders, i => chat.SendAsync(rooms[i % rooms.Length], "alice", Texts[i % Texts.Length]));
        return new(send, page, sendOnServer, pageOnServer);

        async Task<(double Micros, double ServerMicros)> TimeAsync(int count, int workers, Func<int, Task> operation)
        {
            var cpu = await server.ProcessorMicrosAsync();
            var start = Stopwatch.GetTimestamp();
            var next = -1;
            await Task.WhenAll(Enumerable.Range(0, workers).Select(_ => Task.Run(async () =>
            {
                for (int i; (i = Interlocked.Increment(ref next)) < count && !run.Ending.IsCancellationRequested;)
                {
                    await operation(i);
                }
            })));
            return (Stopwatch.GetElapsedTime(start).TotalMicroseconds / count, (await server.ProcessorMicrosAsync() - cpu) / count);
        }
    }

    private sealed record Cost(double Send, double Page, double SendOnServer, double PageOnServer);
}
