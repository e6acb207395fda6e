namespace RedisChat;

/// <summary>A room in a user's list, with the user's settings for it: see <see cref="IUserStore"/>. Immutable.</summary>
public sealed record ListedRoom
{
    /// <summary>The room's id.</summary>
    public required string Room { get; init; }

    /// <summary>Whether the user has muted the room: see <see cref="UserInbox.MuteAsync"/>.</summary>
    public bool IsMuted { get; init; }

    /// <summary>
    /// The id of the room's last message when the user hid the room: it stays hidden until a newer one. <see langword="null"/> if the user did not.
    /// </summary>
    public long? HiddenAt { get; init; }

    /// <summary>When this entry last changed, by the store's clock, UTC. Set by the store.</summary>
    public DateTimeOffset ChangedAt { get; init; }
}
