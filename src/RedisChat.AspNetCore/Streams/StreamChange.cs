namespace RedisChat.AspNetCore;

/// <summary>The body of <c>POST stream/{stream}</c>: rooms to add to an open stream, and to remove from it. A room that is added again starts from its new position.</summary>
internal sealed record StreamChange(IReadOnlyList<StreamedRoomRequest>? Add = null, IReadOnlyList<string>? Remove = null);
