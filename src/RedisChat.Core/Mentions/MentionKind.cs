namespace RedisChat;

/// <summary>Whom a <see cref="Mention"/> means.</summary>
public enum MentionKind
{
    /// <summary>One user.</summary>
    User,

    /// <summary>The members who have a role.</summary>
    Role,

    /// <summary>Everyone who may read the room.</summary>
    Everyone,
}
