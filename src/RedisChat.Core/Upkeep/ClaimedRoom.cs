namespace RedisChat;

/// <summary>A room that needs work, and that the process has claimed: see <see cref="IUpkeepStore.ClaimRoomsAsync"/>.</summary>
/// <param name="Room">The room's id.</param>
/// <param name="Claim">What the store knows of the claim.</param>
public sealed record ClaimedRoom(string Room, string Claim);
