namespace RedisChat;

/// <summary>What happened in a room since a position.</summary>
public sealed record RoomChanges
{
    /// <summary>
    /// First the changes of messages that the reader knew, as <see cref="RoomEvent.Edited"/> and <see cref="RoomEvent.Deleted"/>, each message
    /// once and in its present state; then the new messages, as <see cref="RoomEvent.Created"/>, by id. Or a single <see cref="RoomEvent.Gap"/>.
    /// </summary>
    /// <remarks>
    /// A message that was sent and deleted since is told as deleted too: a reader that has loaded a page after a gap may know it from there.
    /// </remarks>
    public required IReadOnlyList<RoomEvent> Events { get; init; }

    /// <summary>Where to go on from.</summary>
    public required RoomPosition Position { get; init; }

    /// <summary>Whether there is more to read from <see cref="Position"/>.</summary>
    public bool HasMore { get; init; }
}
