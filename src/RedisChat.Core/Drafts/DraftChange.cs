namespace RedisChat;

/// <summary>A draft as it is now.</summary>
/// <param name="Room">The id of the room.</param>
/// <param name="Now">The draft; <see langword="null"/> if there is none any more.</param>
public sealed record DraftChange(string Room, Draft? Now);
