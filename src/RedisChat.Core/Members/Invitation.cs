namespace RedisChat;

/// <summary>An invitation to join a room. Immutable.</summary>
/// <param name="Role">The role that the user gets by joining.</param>
/// <param name="By">The id of the user who invited; <see langword="null"/> for the application.</param>
/// <param name="Reason">The reason, if one was given. This is text from a user: encode it for wherever it is shown.</param>
public sealed record Invitation(string Role, string? By, string? Reason);
