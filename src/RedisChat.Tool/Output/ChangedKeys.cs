namespace RedisChat.Tool;

/// <summary>What <c>keys</c> prints as a line of JSON for each room or user.</summary>
/// <param name="Room">The room's id; <see langword="null"/> for a user.</param>
/// <param name="User">The user's id; <see langword="null"/> for a room.</param>
/// <param name="Changed">How many data keys were added, wrapped again or deleted.</param>
/// <param name="Keys">How many there are now.</param>
/// <param name="Error">Why it could not be done.</param>
internal sealed record ChangedKeys(string? Room, string? User, int Changed, int Keys, string? Error = null);
