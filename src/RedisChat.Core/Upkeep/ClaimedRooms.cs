namespace RedisChat;

/// <summary>The rooms that a process has claimed: see <see cref="IUpkeepStore.ClaimRoomsAsync"/>.</summary>
public sealed record ClaimedRooms
{
    /// <summary>The rooms, in no particular order.</summary>
    public required IReadOnlyList<ClaimedRoom> Rooms { get; init; }

    /// <summary>How long until the next room needs work, as far as that is known now; zero if more need it already; <see langword="null"/> if there is none.</summary>
    public TimeSpan? Next { get; init; }
}
