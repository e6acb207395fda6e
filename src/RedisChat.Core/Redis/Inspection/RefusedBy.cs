namespace RedisChat.Redis;

/// <summary>What keeps a command from being answered.</summary>
internal enum RefusedBy
{
    /// <summary>The server does not have it, or not now.</summary>
    Server,

    /// <summary>The user's rights.</summary>
    Rights,

    /// <summary>How the client's connection was made.</summary>
    Client,
}
