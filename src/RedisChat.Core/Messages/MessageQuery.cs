namespace RedisChat;

/// <summary>Which page of a room to read. Without <see cref="Before"/>, <see cref="After"/> or <see cref="Around"/>: the newest.</summary>
public sealed record MessageQuery
{
    /// <summary>The newest page: <see cref="DefaultLimit"/> messages.</summary>
    public static MessageQuery Newest { get; } = new();

    /// <summary>How many messages a page has when nothing else is said.</summary>
    public const int DefaultLimit = 50;

    /// <summary>Only messages with a lower id, the nearest ones. At least 1.</summary>
    public long? Before { get; init; }

    /// <summary>Only messages with a higher id, the nearest ones. At least 0: after 0 begins with the oldest.</summary>
    public long? After { get; init; }

    /// <summary>Messages on both sides of this id: up to half of <see cref="Limit"/> before it, the rest from it on. At least 1.</summary>
    public long? Around { get; init; }

    /// <summary>Only messages that this user wrote.</summary>
    public string? User { get; init; }

    /// <summary>The most messages to return: 1 to <see cref="ChatLimits.MaxPageSize"/>.</summary>
    public int Limit { get; init; } = DefaultLimit;
}
