namespace RedisChat;

/// <summary>How to watch a room.</summary>
public sealed record WatchOptions
{
    /// <summary>
    /// What the watcher has seen: it first receives the events since then. <see langword="null"/>, the default, starts with the events from now on.
    /// </summary>
    public RoomPosition? After { get; init; }

    /// <summary>
    /// The most events to catch up on, at the start or after falling behind; 0 or more. If there are more, the watcher receives a
    /// single <see cref="RoomEvent.Gap"/> instead. <see langword="null"/>, the default, sets no limit.
    /// </summary>
    /// <remarks>For clients that prefer a fresh page to a long history. While catching up, up to this many events are held in memory.</remarks>
    public int? MaxCatchUp { get; init; }

    /// <summary>
    /// How long the watcher waits for an event before it receives a <see cref="RoomEvent.Heartbeat"/>; more than zero. <see langword="null"/>, the default,
    /// disables heartbeats.
    /// </summary>
    /// <remarks>
    /// For applications that must write to a connection from time to time to keep it open, or to notice that it is gone. Heartbeats are also delivered
    /// while the store cannot be reached.
    /// </remarks>
    public TimeSpan? Heartbeat { get; init; }

    /// <summary>
    /// The user for whom the room is watched: the stream ends with a <see cref="ChatForbiddenException"/> when the user loses the right to read, and does not
    /// start without it. <see langword="null"/>, the default, watches for the application.
    /// </summary>
    /// <remarks>
    /// The right is read from the store at the start, and again whenever an event may have changed it: within milliseconds of a ban, on every node. If that event
    /// is lost, the store's probe (<see cref="RedisStoreOptions.LiveProbeInterval"/>) finds the change. While the right cannot be read, because the store is away,
    /// no event is delivered. In a store without members (<see cref="IMemberStore"/>) watching for a user is not supported.
    /// </remarks>
    public string? As { get; init; }

    /// <summary>From now on, with no limits and no heartbeats.</summary>
    internal static WatchOptions FromNow { get; } = new();

    internal static WatchOptions From(RoomPosition? after) => after is null ? FromNow : new WatchOptions { After = after };
}
