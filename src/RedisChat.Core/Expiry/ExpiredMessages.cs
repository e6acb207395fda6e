namespace RedisChat;

/// <summary>The messages of a room that have expired: see <see cref="IExpiryStore.ReadExpiredAsync"/>.</summary>
public sealed record ExpiredMessages
{
    /// <summary>The ids of messages that have expired, the first ones first.</summary>
    public required IReadOnlyList<long> Ids { get; init; }

    /// <summary>How long until the next message expires; <see langword="null"/> if there is none.</summary>
    public TimeSpan? Next { get; init; }

    /// <summary>The room's <see cref="RoomAbout.MessagesExpireAfter"/>; <see langword="null"/> if it has none.</summary>
    public TimeSpan? Default { get; init; }
}
