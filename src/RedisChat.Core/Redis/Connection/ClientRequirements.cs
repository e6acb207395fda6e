using StackExchange.Redis;

namespace RedisChat.Redis;

/// <summary>
/// Rejects settings of the client library that a chat cannot work with: those that change names or commands behind its back. Each refusal is a sentence.
/// </summary>
internal static class ClientRequirements
{
    /// <summary>Every command that a script runs. A script must use the server's own command names, whatever the client calls them.</summary>
    public static readonly IReadOnlyList<string> ScriptCommands =
    [
        "APPEND", "DEL", "EXPIRE", "GETRANGE", "HDEL", "HEXISTS", "HGET", "HGETALL", "HKEYS", "HLEN", "HMGET", "HSCAN", "HSET", "HSETNX", "PUBLISH", "SET", "SETBIT", "STRLEN",
        "TIME", "UNLINK", "ZADD", "ZRANGEBYLEX", "ZRANGEBYSCORE", "ZREM", "ZREMRANGEBYRANK", "ZREVRANGEBYLEX", "ZSCORE",
    ];

    private static readonly string[] DirectCommands = ["EVAL", "EVALSHA", "SUBSCRIBE", "UNSUBSCRIBE"];

    /// <summary>Why the chat cannot work with a configuration; <see langword="null"/> if it can.</summary>
    public static string? RefusalOf(ConfigurationOptions configuration)
    {
        if (configuration.Proxy != Proxy.None)
        {
            return $"The Redis configuration has proxy={configuration.Proxy}, and such a proxy does not deliver live events. Connect to the servers directly.";
        }

        foreach (var (command, name) in Renamed(configuration))
        {
            if (name.Length == 0 && (ScriptCommands.Contains(command) || DirectCommands.Contains(command)))
            {
                return $"The Redis configuration disables the command {command}, which the chat needs. Remove it from the command map.";
            }

            if (name.Length > 0 && ScriptCommands.Contains(command))
            {
                return $"The Redis configuration renames the command {command}. The chat runs it in scripts, where only the server's own name works. Restore its name on the server.";
            }
        }

        return null;
    }

    /// <summary>Why the chat cannot work with the application's database; <see langword="null"/> if it can.</summary>
    public static string? RefusalOf(IDatabase database) =>
        database.GetType().Namespace == "StackExchange.Redis.KeyspaceIsolation"
            ? "The application's connection puts a prefix before every key (WithKeyPrefix), which does not apply to the channels of live events. Give the chat the connection itself, and "
                + $"the prefix as {nameof(RedisStoreOptions)}.{nameof(RedisStoreOptions.KeyPrefix)}."
            : null;

    // The client library exposes its command map only in this form: "$COMMAND=name".
    private static IEnumerable<(string Command, string Name)> Renamed(ConfigurationOptions configuration) =>
        configuration.CommandMap.ToString().Split(',', StringSplitOptions.RemoveEmptyEntries)
            .Where(entry => entry[0] == '$')
            .Select(entry => entry[1..].Split('=', 2))
            .Select(pair => (pair[0].ToUpperInvariant(), pair.Length > 1 ? pair[1] : ""));
}
