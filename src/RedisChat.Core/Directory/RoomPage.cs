namespace RedisChat;

/// <summary>Some rooms of the directory: see <see cref="RoomDirectory.ListAsync"/>.</summary>
public sealed record RoomPage
{
    /// <summary>The rooms, in the requested order.</summary>
    public required IReadOnlyList<RoomInfo> Rooms { get; init; }

    /// <summary>
    /// The ids of rooms whose deletion is under way or was interrupted. They have no place in a list for people; call
    /// <see cref="RoomDirectory.DeleteAsync"/> for them again.
    /// </summary>
    public IReadOnlyList<string> BeingDeleted { get; init; } = [];

    /// <summary>Where to continue; <see langword="null"/> at the end.</summary>
    public string? Cursor { get; init; }
}
