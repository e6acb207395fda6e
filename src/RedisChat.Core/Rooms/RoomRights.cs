using System.Text.Json.Serialization;

namespace RedisChat;

/// <summary>What a user may do in a room.</summary>
[Flags]
[JsonConverter(typeof(JsonStringEnumConverter<RoomRights>))]
public enum RoomRights
{
    /// <summary>Nothing.</summary>
    None = 0,

    /// <summary>Read and watch.</summary>
    Read = 1,

    /// <summary>Join without an invitation.</summary>
    Join = 1 << 1,

    /// <summary>Send messages.</summary>
    Send = 1 << 2,

    /// <summary>Edit and delete their own messages.</summary>
    ChangeOwn = 1 << 3,

    /// <summary>React to messages.</summary>
    React = 1 << 4,

    /// <summary>Pin messages.</summary>
    Pin = 1 << 5,

    /// <summary>Delete messages of others.</summary>
    DeleteAny = 1 << 6,

    /// <summary>Invite users.</summary>
    Invite = 1 << 7,

    /// <summary>Remove members and revoke invitations.</summary>
    Remove = 1 << 8,

    /// <summary>Ban users and lift bans.</summary>
    Ban = 1 << 9,

    /// <summary>Mute users and lift mutes.</summary>
    Mute = 1 << 10,

    /// <summary>Change the room's rules and the members' roles.</summary>
    Manage = 1 << 11,

    /// <summary>Send at any pace: slow mode and the flood limit do not apply.</summary>
    Unlimited = 1 << 12,

    /// <summary>Mention everyone: see <see cref="Mention.Everyone"/>.</summary>
    MentionEveryone = 1 << 13,

    /// <summary>Everything.</summary>
    All = (1 << 14) - 1,
}
