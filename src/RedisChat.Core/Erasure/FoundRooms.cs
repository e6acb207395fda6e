namespace RedisChat;

/// <summary>Some of the rooms that may hold something about a user: see <see cref="IErasureStore.FindRoomsAsync"/>.</summary>
/// <param name="Rooms">The rooms. A room may be found several times, with other places.</param>
/// <param name="Cursor">Where to continue; <see langword="null"/> if these were the last ones.</param>
public sealed record FoundRooms(IReadOnlyList<FoundRoom> Rooms, string? Cursor);
