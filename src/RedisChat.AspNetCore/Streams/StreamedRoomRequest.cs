namespace RedisChat.AspNetCore;

/// <summary>A room that a client wants to receive events of.</summary>
/// <param name="Room">The room's id.</param>
/// <param name="After">What the client has seen; <see langword="null"/> to start with the events from now on.</param>
/// <param name="Present">Whether the user is present in the room while the stream is open.</param>
internal sealed record StreamedRoomRequest(string Room, RoomPosition? After = null, bool Present = false);
