namespace RedisChat;

/// <summary>Why a user may not do something: see <see cref="ChatForbiddenException.Reason"/>.</summary>
public enum ForbiddenReason
{
    /// <summary>No reason was given.</summary>
    None,

    /// <summary>Only the author of the message may do this.</summary>
    NotAuthor,

    /// <summary>The user is not a member, and the room's rules allow this only for members.</summary>
    NotMember,

    /// <summary>The user's role does not have the right.</summary>
    NotPermitted,

    /// <summary>The user is banned from the room.</summary>
    Banned,

    /// <summary>The user is muted in the room.</summary>
    Muted,

    /// <summary>The room is in slow mode, and the user's last message is too recent.</summary>
    SlowMode,

    /// <summary>The user has sent too many messages in a short time.</summary>
    FloodLimit,

    /// <summary>The room is archived: it is read-only.</summary>
    Archived,

    /// <summary>The other user's role is not below that of the user who acts, or the role to give is above it.</summary>
    Outranked,

    /// <summary>The room would be left without an owner.</summary>
    LastOwner,

    /// <summary>A filter of the application refused the message, or could not check it: see <see cref="IMessageFilter"/>.</summary>
    Filtered,

    /// <summary>Everything that was watched for the user was ended: see <see cref="Chat.RevokeAsync"/>.</summary>
    Revoked,

    /// <summary>The room is being deleted. Once nothing is left of it, the next message creates a new room of that name.</summary>
    RoomDeleted,

    /// <summary>A user who is mentioned may not read the room: see <see cref="NewMessage.Mentions"/>.</summary>
    MentionedOutsider,

    /// <summary>The user is being erased: see <see cref="ChatUser.EraseAsync"/>.</summary>
    BeingErased,
}
