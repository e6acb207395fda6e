namespace RedisChat;

/// <summary>The store's word that it holds a message.</summary>
public sealed record MessageReceipt
{
    /// <summary>The number the message got in its room.</summary>
    public required long Id { get; init; }

    /// <summary>When the store took the message, by the store's clock.</summary>
    public required DateTimeOffset Timestamp { get; init; }

    /// <summary>The room just after this message.</summary>
    public required RoomPosition Position { get; init; }

    /// <summary>
    /// Whether the message was there already, sent under the same idempotency key; <see cref="Id"/> and <see cref="Timestamp"/>
    /// are those of the first time.
    /// </summary>
    public bool IsDuplicate { get; init; }
}
