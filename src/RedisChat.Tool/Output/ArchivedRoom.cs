namespace RedisChat.Tool;

/// <summary>What <c>archive</c> prints as a line of JSON for each room.</summary>
/// <param name="Room">The room's id.</param>
/// <param name="Runs">How many runs of 128 ids were moved to the archive, or would be.</param>
/// <param name="DryRun">Whether nothing was moved.</param>
/// <param name="Error">Why it could not be moved, or not all of it.</param>
internal sealed record ArchivedRoom(string Room, long Runs, bool DryRun, string? Error = null);
