namespace RedisChat;

/// <summary>A ban or a mute. Immutable.</summary>
/// <param name="Until">When it ends, by the store's clock, UTC; <see langword="null"/> if it lasts until someone lifts it.</param>
/// <param name="By">The id of the user who imposed it; <see langword="null"/> for the application.</param>
/// <param name="Reason">The reason, if one was given. This is text from a user: encode it for wherever it is shown.</param>
public sealed record Restriction(DateTimeOffset? Until, string? By, string? Reason)
{
    /// <summary>Whether it is in force at a time.</summary>
    /// <param name="time">The time.</param>
    public bool IsInForce(DateTimeOffset time) => Until is not { } end || end > time;
}
