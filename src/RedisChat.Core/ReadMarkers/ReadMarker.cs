namespace RedisChat;

/// <summary>How far a user has read in a room. Immutable.</summary>
public sealed record ReadMarker
{
    /// <summary>The id of the user.</summary>
    public required string User { get; init; }

    /// <summary>The user has read this message and all before it; 0 if none.</summary>
    public required long MessageId { get; init; }

    /// <summary>When the marker was last moved, by the store's clock (Redis: µs), UTC. Each move of a user's marker has a later time than the one before.</summary>
    public required DateTimeOffset At { get; init; }
}
