namespace RedisChat;

/// <summary>An event that a <see cref="WatchedRooms"/> delivers, with its room.</summary>
/// <param name="Room">The room's id. Empty for a <see cref="RoomEvent.Heartbeat"/>, which concerns the whole stream.</param>
/// <param name="Event">
/// What happened. <see cref="RoomEvent.Failed"/> if the room can no longer be watched, and <see cref="RoomEvent.RoomDeleted"/> if it was deleted: it has left the stream, and the
/// other rooms continue.
/// </param>
public readonly record struct WatchedRoomEvent(string Room, RoomEvent Event);
