namespace RedisChat;

/// <summary>How far an erasure is: see <see cref="ChatUser.EraseAsync"/>.</summary>
/// <param name="Pass">The number of the pass over all rooms, from 1 on. Passes follow until one finds nothing.</param>
/// <param name="RoomsDone">How many rooms of this pass are done. Threads count as rooms.</param>
/// <param name="RoomsTotal">How many rooms of this pass were found that may hold something about the user. In a very large chat, more are found later, and a room can count several times.</param>
/// <param name="Messages">How many messages were deleted or made anonymous, in all passes.</param>
public sealed record ErasureProgress(int Pass, long RoomsDone, long RoomsTotal, long Messages);
