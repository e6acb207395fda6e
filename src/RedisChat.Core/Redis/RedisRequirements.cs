namespace RedisChat.Redis;

/// <summary>What a server must not do if it is to keep messages.</summary>
internal static class RedisRequirements
{
    /// <summary>Why a primary is refused, as a sentence; <see langword="null"/> if it is not.</summary>
    public static string? RefusalOf(RedisInfo primary) =>
        primary["maxmemory_policy"] is { } policy && policy.StartsWith("allkeys-", StringComparison.Ordinal)
            ? $"Redis has maxmemory-policy {policy}: when its memory is full it deletes messages and counters without an error. Run CONFIG SET "
                + $"maxmemory-policy noeviction, or set {nameof(RedisStoreOptions)}.{nameof(RedisStoreOptions.AllowEviction)} if losing messages is wanted."
            : null;

    /// <summary>Why a primary cannot give a level of durability, as a sentence; <see langword="null"/> if it can.</summary>
    public static string? RefusalOf(RedisInfo primary, Durability durability)
    {
        if (!durability.IsFsynced)
        {
            var replicas = primary.Number("connected_slaves") ?? 0;
            return replicas >= durability.Replicas
                ? null
                : $"{durability} needs {durability.Replicas} connected replicas, and the primary has {replicas}. Connect them, or choose a weaker level.";
        }

        var version = primary["redis_version"] ?? "0";
        if (!Version.TryParse(version, out var parsed) || parsed < new Version(7, 2))
        {
            return $"{durability} needs Redis 7.2 or later, or Valkey (WAITAOF), and the server has version {version}. Upgrade it, or choose another level.";
        }

        return primary["aof_enabled"] == "1"
            ? null
            : $"{durability} needs an append-only file, and the server keeps none. Run CONFIG SET appendonly yes, or choose another level.";
    }
}
