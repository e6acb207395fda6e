namespace RedisChat;

/// <summary>What a server claims to be.</summary>
public enum ServerRole
{
    /// <summary>It did not tell.</summary>
    Unknown,

    /// <summary>It takes writes.</summary>
    Primary,

    /// <summary>It copies a primary.</summary>
    Replica,
}
