namespace RedisChat;

/// <summary>An overview of a room, for lists of rooms.</summary>
public sealed record RoomInfo
{
    /// <summary>The room's id.</summary>
    public required string Id { get; init; }

    /// <summary>Whether the room exists: a message was sent to it, or its settings, rules or members were changed.</summary>
    public bool Exists { get; init; }

    /// <summary>The room's settings; <see langword="null"/> if it was given none. Only rooms with settings are listed.</summary>
    public RoomAbout? About { get; init; }

    /// <summary>The room's rules; <see cref="RuleSet.Open"/> if it has none.</summary>
    public RuleSet Rules { get; init; } = RuleSet.Open;

    /// <summary>The id of the last message that was sent, even if it has been deleted since; 0 if there was none.</summary>
    public long LastMessageId { get; init; }

    /// <summary>When that message was sent, by the store's clock (Redis: µs), UTC; <see langword="null"/> if there was none.</summary>
    public DateTimeOffset? LastMessageAt { get; init; }

    /// <summary>
    /// The number of messages that the room holds. Deletions by a version of this library that did not count them yet are not subtracted.
    /// </summary>
    public long Messages { get; init; }

    /// <summary>The number of members.</summary>
    public long Members { get; init; }

    /// <summary>Whether the room's deletion was begun and is not complete: call <see cref="RoomDirectory.DeleteAsync"/> again. <see cref="Exists"/> is then <see langword="false"/>.</summary>
    public bool IsBeingDeleted { get; init; }
}
