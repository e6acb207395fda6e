namespace RedisChat;

/// <summary>A pinned message of a room.</summary>
public sealed record Pin
{
    /// <summary>The message's id.</summary>
    public required long MessageId { get; init; }

    /// <summary>The id of the user who pinned it; <see langword="null"/> for the application.</summary>
    public string? By { get; init; }

    /// <summary>When it was pinned, by the store's clock (Redis: µs), UTC.</summary>
    public required DateTimeOffset PinnedAt { get; init; }

    /// <summary>The message as it is now; <see langword="null"/> if its stored value cannot be read.</summary>
    public Message? Message { get; init; }
}
