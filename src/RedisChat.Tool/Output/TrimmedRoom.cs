namespace RedisChat.Tool;

/// <summary>What <c>trim</c> prints as a line of JSON for each room.</summary>
/// <param name="Room">The room's id.</param>
/// <param name="Deleted">How many messages were deleted, or would be.</param>
/// <param name="DryRun">Whether nothing was deleted.</param>
/// <param name="Error">Why the room could not be trimmed.</param>
internal sealed record TrimmedRoom(string Room, long Deleted, bool DryRun, string? Error = null);
