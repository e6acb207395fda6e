namespace RedisChat;

/// <summary>The events in a room since a position.</summary>
public sealed record RoomChanges
{
    /// <summary>
    /// First the changes to messages that the reader knew, as <see cref="RoomEvent.Edited"/>, <see cref="RoomEvent.Deleted"/> and <see cref="RoomEvent.DeletedMany"/>, each message
    /// once and in its current state; then the new messages, as <see cref="RoomEvent.Created"/>, by id. Or a single <see cref="RoomEvent.Gap"/>.
    /// </summary>
    /// <remarks>
    /// A message that was sent and deleted since then is reported as deleted too, because a reader that loaded a page after a gap may know it.
    /// </remarks>
    public required IReadOnlyList<RoomEvent> Events { get; init; }

    /// <summary>Where to continue from.</summary>
    public required RoomPosition Position { get; init; }

    /// <summary>Whether there are more events after <see cref="Position"/>.</summary>
    public bool HasMore { get; init; }
}
