namespace RedisChat;

/// <summary>How to watch a room.</summary>
public sealed record WatchOptions
{
    /// <summary>
    /// What the watcher has seen: it first receives what happened since. <see langword="null"/>, the default, to begin with what happens from now on.
    /// </summary>
    public RoomPosition? After { get; init; }

    /// <summary>
    /// The most events that the watcher wants to catch up on, at the beginning or after it fell behind; 0 or more. If there are more, it receives a
    /// single <see cref="RoomEvent.Gap"/> instead. <see langword="null"/>, the default, for no bound.
    /// </summary>
    /// <remarks>For clients to which a fresh page is worth more than a long history. Up to so many events are held in memory while catching up.</remarks>
    public int? MaxCatchUp { get; init; }

    /// <summary>
    /// How long the watcher waits for an event before it receives a <see cref="RoomEvent.Heartbeat"/>; more than zero. <see langword="null"/>, the default, for no
    /// heartbeats.
    /// </summary>
    /// <remarks>
    /// For applications that must write to a connection from time to time to keep it open, or to notice that it is gone. Heartbeats also come while the store
    /// cannot be reached.
    /// </remarks>
    public TimeSpan? Heartbeat { get; init; }

    /// <summary>From now on, with no bounds and no heartbeats.</summary>
    internal static WatchOptions FromNow { get; } = new();

    internal static WatchOptions From(RoomPosition? after) => after is null ? FromNow : new WatchOptions { After = after };
}
