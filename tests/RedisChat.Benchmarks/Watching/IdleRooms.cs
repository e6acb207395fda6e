using System.Text.Json;
using RedisChat.Benchmarks.Growth;
using RedisChat.Benchmarks.Ratios;
using RedisChat.Benchmarks.Servers;
using RedisChat.Redis;

namespace RedisChat.Benchmarks.Watching;

/// <summary>The cost of watching very many quiet rooms in one process.</summary>
internal sealed class IdleRooms : IMetricGroup
{
    private const int Rooms = 10_000;

    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(90);

    public string Name => "watched-rooms";

    public bool NeedsOwnServer => false;

    public async Task<IReadOnlyList<Metric>> RunAsync(RunContext run)
    {
        var first = run.NewName();
        await new BucketFill(new KeyNames(new HashTagKeyScheme(run.Prefix), database: 0), messagesInRoom: 1)
            .WriteAsync(run.Database, Enumerable.Range(0, Rooms + 1).Select(room => RoomWatcher.RoomName(first, room)), run.Ending);
        run.Progress.Say($"watching {Rooms} rooms, and waiting");
        await using var watcher = ChildProcess.StartSelf(run.Configuration, RoomWatcher.Verb, run.Prefix, first, $"{Rooms}");
        var line = await watcher.Output.ReadLineAsync(run.Ending).AsTask().WaitAsync(Patience, run.Ending)
            ?? throw new InvalidOperationException("The watching process ended without a result.");
        var cost = JsonSerializer.Deserialize<WatchingCost>(line)!;
        return
        [
            Metric.Absolute($"{Rooms:n0} watched rooms, managed memory a room", "B", [cost.ManagedBytes], Budget.AtMost(2048), "the application's own task and loop are in it"),
            Metric.Absolute($"{Rooms:n0} watched rooms, private memory of the process a room", "B", [cost.PrivateBytes], Budget.AtMost(2048), "the client library's subscriptions and buffers are in it"),
            Metric.Absolute($"{Rooms:n0} watched rooms, idle CPU", "% of a core", [cost.IdlePercent], Budget.AtMost(3), "over 12 s, at the default LiveProbeInterval, once compiled"),
        ];
    }
}
