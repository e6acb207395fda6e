namespace RedisChat;

/// <summary>What became of a <see cref="PresenceUpdate"/>: see <see cref="IPresenceStore.UpdatePresenceAsync"/>.</summary>
public sealed record PresenceAnswer
{
    /// <summary>
    /// Whether the update was recorded. Otherwise the store does not know the process as it describes itself: it expired, or the store lost an update of it. The
    /// process comes back under a new name, with all its users.
    /// </summary>
    public required bool IsAccepted { get; init; }

    /// <summary>Whether the room has rules. Then a process enters its users again from time to time, so that those who may no longer read the room leave.</summary>
    public bool HasRules { get; init; }

    /// <summary>The users who may not read the room, each with the reason: they did not enter, or, if they were in this process, left.</summary>
    public IReadOnlyDictionary<string, ChatForbiddenException> Refused
    {
        get;
        init => field = value ?? Nobody;
    } = Nobody;

    private static readonly IReadOnlyDictionary<string, ChatForbiddenException> Nobody =
        System.Collections.Frozen.FrozenDictionary<string, ChatForbiddenException>.Empty;

    internal static PresenceAnswer Accepted { get; } = new() { IsAccepted = true };

    internal static PresenceAnswer Unknown { get; } = new() { IsAccepted = false };
}
