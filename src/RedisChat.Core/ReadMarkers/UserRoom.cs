using System.Text.Json.Serialization;

namespace RedisChat;

/// <summary>What a room is to one user, at one moment: an entry of a list of rooms. See <see cref="IReadMarkerStore.ReadUserRoomsAsync"/>.</summary>
/// <remarks>
/// If the user may not read the room, there is no <see cref="LastMessage"/>, and nothing is <see cref="Unread"/>. If the room does not exist, everybody may
/// read it, and there is nothing in it.
/// </remarks>
public sealed record UserRoom
{
    /// <summary>The room's id.</summary>
    public required string Room { get; init; }

    /// <summary>What the room knows of the user: a role, ban, mute or invitation; <see langword="null"/> if there is none.</summary>
    public RoomMember? Member { get; init; }

    /// <summary>Whether the user may read the room: see <see cref="RoomRights.Read"/>.</summary>
    public bool MayRead { get; init; }

    /// <summary>The room's position; <see cref="RoomPosition.Start"/> if it does not exist.</summary>
    public RoomPosition Position { get; init; }

    /// <summary>How far the user has read; <see langword="null"/> if that was never marked, and everything is unread.</summary>
    public ReadMarker? Marker { get; init; }

    /// <summary>How many messages after <see cref="Marker"/> exist, without those of the user.</summary>
    public UnreadCount Unread { get; init; }

    /// <summary>
    /// How many of them mention the user: by id, by the role that the user has now, or with everyone. At most <see cref="ChatLimits.MaxUnread"/>, which stands for that many or more.
    /// </summary>
    public int UnreadMentions { get; init; }

    /// <summary>
    /// The newest message that exists; <see langword="null"/> if there is none. A stored value that is not a message is left out, as in pages, but counts as
    /// unread if its bucket is open: see <see cref="MessagePage.Unreadable"/>.
    /// </summary>
    public Message? LastMessage { get; init; }

    /// <summary>When the last message was sent, even if it was deleted since, by the store's clock, UTC; <see langword="null"/> if none was ever sent.</summary>
    public DateTimeOffset? LastActivity { get; init; }

    /// <summary>
    /// Why the room could not be read: its keys hold something else, which waiting does not fix. Then only <see cref="Room"/> is set. <see langword="null"/>
    /// normally. So one broken room does not fail the list of all rooms. Not part of the JSON.
    /// </summary>
    [JsonIgnore]
    public ChatException? Error { get; init; }
}
