namespace RedisChat;

/// <summary>The read markers of some users: see <see cref="RoomReadMarkers.ListAsync"/>.</summary>
public sealed record ReadMarkerPage
{
    /// <summary>The markers, in no particular order.</summary>
    public required IReadOnlyList<ReadMarker> Markers { get; init; }

    /// <summary>Where to continue; <see langword="null"/> at the end.</summary>
    public string? Cursor { get; init; }
}
