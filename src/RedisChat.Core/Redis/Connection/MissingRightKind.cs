namespace RedisChat.Redis;

/// <summary>What a user's rights do not cover.</summary>
internal enum MissingRightKind
{
    /// <summary>A command, or EVAL or EVALSHA themselves.</summary>
    Command,

    /// <summary>The name of a key.</summary>
    Key,

    /// <summary>The name of a channel.</summary>
    Channel,
}
