namespace RedisChat;

/// <summary>Users who are in a room: see <see cref="RoomPresence.ListAsync"/>.</summary>
public sealed record PresentUsers
{
    /// <summary>The ids of the users, each once.</summary>
    public required IReadOnlyList<string> Users { get; init; }

    /// <summary>The number of all users who are in the room.</summary>
    public long Count { get; init; }

    /// <summary>Where to continue: pass it to the next call. <see langword="null"/> if there are no more users.</summary>
    public string? Cursor { get; init; }
}
