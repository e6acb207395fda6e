namespace RedisChat;

/// <summary>How to watch the rooms of a <see cref="WatchedRooms"/>.</summary>
public sealed record WatchManyOptions
{
    /// <summary>
    /// The most events to catch up on in each room: see <see cref="WatchOptions.MaxCatchUp"/>. <see langword="null"/>, the default, sets no limit.
    /// </summary>
    public int? MaxCatchUp { get; init; }

    /// <summary>
    /// How long the stream waits for an event of any room before it delivers a <see cref="RoomEvent.Heartbeat"/>; more than zero, at most a day.
    /// <see langword="null"/>, the default, disables heartbeats.
    /// </summary>
    /// <remarks>
    /// There is one heartbeat for the whole stream, not one for each room. Its <see cref="WatchedRoomEvent.Room"/> is empty, and its position is
    /// <see cref="RoomPosition.Start"/>. It is also delivered while the store cannot be reached, and while the stream has no rooms.
    /// </remarks>
    public TimeSpan? Heartbeat { get; init; }

    /// <summary>
    /// The user for whom the rooms are watched: a room that the user may not, or may no longer, read leaves the stream with <see cref="RoomEvent.Failed"/> and a
    /// <see cref="ChatForbiddenException"/>. See <see cref="WatchOptions.As"/>. <see langword="null"/>, the default, watches for the application.
    /// </summary>
    public string? As { get; init; }

    /// <summary>No limits and no heartbeats.</summary>
    internal static WatchManyOptions Default { get; } = new();
}
