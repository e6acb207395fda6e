namespace RedisChat;

/// <summary>How far a room's history goes: see <see cref="IUserStore.ReadActivityAsync"/>.</summary>
/// <param name="LastMessageId">The id of the last message that was sent; 0 if there is none.</param>
/// <param name="At">When it was sent, by the store's clock, UTC; <see langword="null"/> if there is none.</param>
public readonly record struct RoomActivity(long LastMessageId, DateTimeOffset? At);
