namespace RedisChat;

/// <summary>A room that may hold something about a user, or another scope that does: see <see cref="IErasureStore.FindRoomsAsync"/>.</summary>
/// <param name="Room">Its id, or the store's name of a scope that is not a room.</param>
/// <param name="Places">Where in it, as the store names its places. If a room is found several times, all of them count.</param>
public sealed record FoundRoom(string Room, IReadOnlyList<string> Places);
