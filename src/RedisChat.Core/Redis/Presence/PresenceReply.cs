namespace RedisChat.Redis;

/// <summary>The answer of <c>presence_update</c>.</summary>
/// <param name="IsAccepted">Whether the store knows the process as it described itself.</param>
/// <param name="IsHere">Whether the process has users in the room now.</param>
/// <param name="HasDead">Whether there are users of dead processes left to remove.</param>
/// <param name="Due">When the number of users is to be reported; zero if it is not.</param>
internal readonly record struct PresenceReply(bool IsAccepted, bool IsHere, bool HasDead, TimeSpan Due)
{
    /// <summary>Whether nothing was done, because users enter and the room has rules, which this process did not know.</summary>
    public bool IsUnguarded { get; init; }

    /// <summary>The letters of the features that the room uses.</summary>
    public string Uses { get; init; } = "";

    /// <summary>The users who may not be here; <see langword="null"/> if there are none.</summary>
    public IReadOnlyDictionary<string, ChatForbiddenException>? Refused { get; init; }

    /// <summary>The same for those who called the store.</summary>
    public PresenceAnswer Answer =>
        new() { IsAccepted = IsAccepted, HasRules = Uses.Contains(RightLetters.HasRules, StringComparison.Ordinal), Refused = Refused! };
}
