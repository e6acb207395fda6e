namespace RedisChat;

/// <summary>Confirms that the message is stored.</summary>
public sealed record MessageReceipt
{
    /// <summary>The number of the message in its room.</summary>
    public required long Id { get; init; }

    /// <summary>When the message was stored, by the store's clock, UTC.</summary>
    public required DateTimeOffset Timestamp { get; init; }

    /// <summary>The position just after this message.</summary>
    public required RoomPosition Position { get; init; }

    /// <summary>
    /// Whether the message had already been stored with the same idempotency key. <see cref="Id"/> and <see cref="Timestamp"/>
    /// are then those of the stored message.
    /// </summary>
    public bool IsDuplicate { get; init; }
}
