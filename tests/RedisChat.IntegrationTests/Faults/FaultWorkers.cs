using System.Diagnostics;
using RedisChat.Faults;

namespace RedisChat.IntegrationTests.Faults;

/// <summary>The processes of a run: one that sends, and one that watches.</summary>
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

    /// <summary>All that they have written, as far as it was read.</summary>
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

    /// <summary>Waits until from now on every room has taken a message, and every watcher was told of one.</summary>
    public async Task RecoverAsync()
    {
        var silence = new Silence(Senders.History.Events, Watchers.History.Events, Stopwatch.GetTimestamp());
        await Senders.UntilAsync(_ => silence.OfSends().Count == Rooms.Count, "each room has an acknowledged send");
        await Watchers.UntilAsync(
            _ =>
            {
                // Not only of those so far: a gap may have taken the place of these.
                Senders.History.Read();
                return silence.OfWatchers().Count == 2 * Rooms.Count;
            },
            "each watcher is told a message");
    }

    /// <summary>The longest that since that moment a room had no acknowledged send, and a watcher was told no message.</summary>
    public (TimeSpan Sends, TimeSpan Watchers) SilenceSince(long since)
    {
        Senders.History.Read();
        Watchers.History.Read();
        var silence = new Silence(Senders.History.Events, Watchers.History.Events, since);
        return (silence.OfSends().Max(), silence.OfWatchers().Max());
    }

    /// <summary>Waits until all watchers have been told everything.</summary>
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
        return events.OfType<Told>().Where(told => watchers.Contains(told.Watcher)).GroupBy(told => told.Watcher)
            .All(told => told.Last().Position == room.Position.ToString());
    }
}
