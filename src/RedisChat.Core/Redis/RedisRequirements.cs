namespace RedisChat.Redis;

/// <summary>What a chat demands of a server before it trusts it with messages.</summary>
internal static class RedisRequirements
{
    /// <summary>Whether the server deletes any key, messages too, when its memory is full. One that does not tell is taken not to.</summary>
    public static bool EvictsMessages(ServerInfo info) => info["maxmemory_policy"]?.StartsWith("allkeys-", StringComparison.Ordinal) == true;

    /// <summary>Refuses a server that would lose messages without an error.</summary>
    /// <param name="info">What <c>INFO memory</c> of the primary says.</param>
    /// <param name="options">What the application puts up with.</param>
    /// <exception cref="ChatServerException">The server evicts messages, and the options do not allow it.</exception>
    public static void Check(ServerInfo info, RedisStoreOptions options)
    {
        if (EvictsMessages(info) && !options.AllowEviction)
        {
            throw new ChatServerException(
                $"Redis is set to delete any key when its memory is full (maxmemory-policy {info["maxmemory_policy"]}): messages would be lost without an error. "
                + $"Run CONFIG SET maxmemory-policy noeviction, or allow it with {nameof(RedisStoreOptions)}.{nameof(options.AllowEviction)}.");
        }
    }
}
