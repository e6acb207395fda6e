namespace RedisChat.Redis;

/// <summary>Checks what a chat demands of a server before it trusts the server with messages. Each refusal is a sentence that says what to do.</summary>
internal static class RedisRequirements
{
    /// <summary>Whether the server evicts any key, messages included, when its memory is full. A server that does not report it counts as not.</summary>
    public static bool EvictsMessages(ServerInfo info) => info["maxmemory_policy"]?.StartsWith("allkeys-", StringComparison.Ordinal) == true;

    /// <summary>Why the server would lose messages without an error; <see langword="null"/> if it would not.</summary>
    public static string? RefusalOf(ServerInfo info, bool allowsEviction) =>
        EvictsMessages(info) && !allowsEviction
            ? $"Redis is set to delete any key when its memory is full (maxmemory-policy {info["maxmemory_policy"]}): messages would be lost without an error. "
                + $"Run CONFIG SET maxmemory-policy noeviction, or allow it with {nameof(RedisStoreOptions)}.{nameof(RedisStoreOptions.AllowEviction)}."
            : null;

    /// <summary>Why the server cannot provide a level of durability; <see langword="null"/> if it can.</summary>
    public static string? RefusalOf(ServerInfo info, Durability durability)
    {
        if (!durability.IsFsynced)
        {
            var replicas = info.Number("connected_slaves") ?? 0;
            return replicas >= durability.Replicas
                ? null
                : $"{durability} needs {durability.Replicas} connected replicas, and the primary has {replicas}. Connect them, or choose a weaker level.";
        }

        if (info.IsGarnet || info.RedisVersion is not { } version || version < new Version(7, 2))
        {
            return $"{durability} needs Redis 7.2 or later, or Valkey (WAITAOF), and the server is {info.Version ?? "of an unknown version"}. Use another one, or another level.";
        }

        return info["aof_enabled"] == "1"
            ? null
            : $"{durability} needs an append-only file, and the server has none. Run CONFIG SET appendonly yes, or choose another level.";
    }
}
