namespace RedisChat;

/// <summary>Messages of a page's range that were deleted: one, or several with adjacent ids that were deleted in one step. See <see cref="MessagePage.Tombstones"/>.</summary>
/// <remarks>
/// Nothing of a message outlives its deletion, so a tombstone names no author. Who deleted it, when and why is known as long as the room's change log has the deletion
/// (Redis: <see cref="RedisStoreOptions.ChangeLogLength"/> changes); later only that it was deleted, and adjacent ids then share one tombstone.
/// </remarks>
public sealed record Tombstone
{
    /// <summary>The first id.</summary>
    public required long FirstId { get; init; }

    /// <summary>The last id: the first one, unless several messages were deleted.</summary>
    public required long LastId { get; init; }

    /// <summary>When they were deleted, by the store's clock (Redis: µs), UTC; <see langword="null"/> if that is no longer known.</summary>
    public DateTimeOffset? DeletedAt { get; init; }

    /// <summary>The id of the user who deleted them; <see langword="null"/> for the application, or if that is no longer known.</summary>
    public string? User { get; init; }

    /// <summary>The reason that was given; <see langword="null"/> for none, or if it is no longer known. It is data from a user: encode it wherever it is shown.</summary>
    public string? Reason { get; init; }
}
