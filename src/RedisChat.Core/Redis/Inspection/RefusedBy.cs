namespace RedisChat.Redis;

/// <summary>What prevents a command from being answered.</summary>
internal enum RefusedBy
{
    /// <summary>The server does not have the command, or cannot run it now.</summary>
    Server,

    /// <summary>The user's rights do not cover the command.</summary>
    Rights,

    /// <summary>The client's connection was created without permission for the command.</summary>
    Client,
}
