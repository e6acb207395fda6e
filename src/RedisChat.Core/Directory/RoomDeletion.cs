namespace RedisChat;

/// <summary>How far the deletion of a room is.</summary>
/// <param name="Done">How many message ids of the room have been dealt with, including those of messages that were deleted before.</param>
/// <param name="Total">How many message ids the room had assigned.</param>
/// <param name="Cursor">
/// How the next step continues; <see langword="null"/> if nothing is left of the room. Only for callers of <see cref="IRoomDirectoryStore.DeleteRoomAsync"/>.
/// </param>
public sealed record RoomDeletion(long Done, long Total, string? Cursor = null)
{
    /// <summary>Whether there was a room to delete.</summary>
    public bool Existed { get; init; } = true;
}
