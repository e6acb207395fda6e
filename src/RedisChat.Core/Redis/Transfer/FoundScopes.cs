namespace RedisChat.Redis;

/// <summary>What was found in Redis: rooms and users, and the keys that only a search finds.</summary>
internal sealed class FoundScopes
{
    /// <summary>The rooms, in the order of their ids.</summary>
    public SortedSet<string> Rooms { get; } = new(StringComparer.Ordinal);

    /// <summary>Those of the rooms that were named and of which nothing is stored.</summary>
    public HashSet<string> Missing { get; } = new(StringComparer.Ordinal);

    /// <summary>The users, as scopes, in the same order.</summary>
    public SortedSet<string> Users { get; } = new(StringComparer.Ordinal);

    /// <summary>For each room or thread the users who have scheduled something.</summary>
    public Dictionary<string, SortedSet<string>> Scheduled { get; } = new(StringComparer.Ordinal);

    /// <summary>For each scope other keys, if they were requested.</summary>
    public Dictionary<string, HashSet<string>> Others { get; } = new(StringComparer.Ordinal);

    /// <summary>The threads of each room.</summary>
    public Dictionary<string, SortedSet<long>> Threads { get; } = new(StringComparer.Ordinal);
}
