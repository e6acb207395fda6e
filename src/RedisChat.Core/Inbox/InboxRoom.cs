namespace RedisChat;

/// <summary>A room in a user's inbox, at one moment. Immutable; see <see cref="UserInbox"/>.</summary>
public sealed record InboxRoom
{
    /// <summary>The room's id.</summary>
    public required string Room { get; init; }

    /// <summary>The user as a member of the room.</summary>
    public required RoomMember Member { get; init; }

    /// <summary>The newest message that exists; <see langword="null"/> if there is none, or if the user may not read the room.</summary>
    public Message? LastMessage { get; init; }

    /// <summary>When a message was last sent, by the store's clock, UTC; <see langword="null"/> if none was. The message may be deleted.</summary>
    public DateTimeOffset? LastActivity { get; init; }

    /// <summary>The id of the message up to which the user has read; 0 if nothing was read.</summary>
    public long ReadUpTo { get; init; }

    /// <summary>How many messages of others the user has not read.</summary>
    public UnreadCount Unread { get; init; }

    /// <summary>
    /// How many of them mention the user: by id, by the role that the user has now, or with everyone. At most <see cref="ChatLimits.MaxUnread"/>, which stands for that many or more.
    /// </summary>
    public int UnreadMentions { get; init; }

    /// <summary>Whether the user has muted the room: see <see cref="UserInbox.MuteAsync"/>.</summary>
    public bool IsMuted { get; init; }

    /// <summary>Whether the user has hidden the room, and nobody has sent a message since: see <see cref="UserInbox.HideAsync"/>.</summary>
    public bool IsHidden { get; init; }
}
