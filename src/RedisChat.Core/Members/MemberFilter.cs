namespace RedisChat;

/// <summary>Which users to list: see <see cref="RoomMembers.ListAsync"/>.</summary>
public enum MemberFilter
{
    /// <summary>Those who are members.</summary>
    Members,

    /// <summary>Those whose ban has not ended.</summary>
    Banned,

    /// <summary>Those whose mute has not ended.</summary>
    Muted,

    /// <summary>Those who were invited and have not joined yet.</summary>
    Invited,
}
