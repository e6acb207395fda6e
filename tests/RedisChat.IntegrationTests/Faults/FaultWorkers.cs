using System.Diagnostics;
using RedisChat.Faults;

namespace RedisChat.IntegrationTests.Faults;

/// <summary>The processes of a run: one sends, the other watches.</summary>
internal sealed class FaultWorkers : IAsyncDisposable
{
    /// <summary>The rooms in use. Each has two watchers.</summary>
    public static readonly IReadOnlyList<string> Rooms = ["lobby", "kitchen", "garden"];

    private FaultWorkers(WorkerProcess senders, WorkerProcess watchers)
    {
        Senders = senders;
        Watchers = watchers;
    }

    public WorkerProcess Senders { get; }

    public WorkerProcess Watchers { get; }

    /// <summary>All events read from their logs so far.</summary>
    public IReadOnlyList<HistoryEvent> Events => [.. Senders.History.Events, .. Watchers.History.Events];

    public static async Task<FaultWorkers> StartAsync(string configuration, Durability durability, int seed, string logs)
    {
        var options = new WorkerOptions
        {
            Sends = true,
            Redis = configuration,
            Rooms = Rooms,
            Seed = seed,
            Durability = durability,
            Log = Path.Combine(logs, "senders.log"),
        };
        return new FaultWorkers(
            await WorkerProcess.StartAsync(options),
            await WorkerProcess.StartAsync(options with { Sends = false, Log = Path.Combine(logs, "watchers.log") }));
    }

    /// <summary>Waits until every room has accepted a new message and every watcher has received one.</summary>
    public async Task RecoverAsync()
    {
        var silence = new Silence(Senders.History.Events, Watchers.History.Events, Stopwatch.GetTimestamp());
        await Senders.UntilAsync(_ => silence.OfSends().Count == Rooms.Count, "each room has an acknowledged send");
        await Watchers.UntilAsync(
            _ =>
            {
                // Include later sends: a gap may have replaced the messages sent so far.
                Senders.History.Read();
                return silence.OfWatchers().Count == 2 * Rooms.Count;
            },
            "each watcher has received a message");
    }

    /// <summary>The longest time since that moment without an acknowledged send to a room, and without a message to a watcher.</summary>
    public (TimeSpan Sends, TimeSpan Watchers) SilenceSince(long since)
    {
        Senders.History.Read();
        Watchers.History.Read();
        var silence = new Silence(Senders.History.Events, Watchers.History.Events, since);
        return (silence.OfSends().Max(), silence.OfWatchers().Max());
    }

    /// <summary>Waits until all watchers have received everything.</summary>
    public Task ReachAsync(IReadOnlyList<StoredRoom> rooms) => Watchers.UntilAsync(
        events => rooms.All(room => HasReached(events, room)), $"all watchers have reached {string.Join(", ", rooms.Select(room => $"{room.Room} {room.Position}"))}");

    public async ValueTask DisposeAsync()
    {
        await Senders.DisposeAsync();
        await Watchers.DisposeAsync();
    }

    private static bool HasReached(IReadOnlyList<HistoryEvent> events, StoredRoom room)
    {
        var watchers = events.OfType<WatchBegan>().Where(began => began.Room == room.Room).Select(began => began.Watcher).ToHashSet();
        return events.OfType<Received>().Where(received => watchers.Contains(received.Watcher)).GroupBy(received => received.Watcher)
            .All(received => received.Last().Position == room.Position.ToString());
    }
}
