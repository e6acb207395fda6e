namespace RedisChat.Redis;

/// <summary>What a user may not use.</summary>
internal enum MissingRightKind
{
    /// <summary>A command, which may be EVAL or EVALSHA itself.</summary>
    Command,

    /// <summary>A key.</summary>
    Key,

    /// <summary>A channel.</summary>
    Channel,
}
