namespace RedisChat.AspNetCore;

/// <summary>The body of <c>POST stream</c>: what a client wants to receive.</summary>
internal sealed record StreamRequest(IReadOnlyList<StreamedRoomRequest>? Rooms = null, bool Inbox = false);
