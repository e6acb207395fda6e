using System.Collections.Concurrent;
using StackExchange.Redis;

namespace RedisChat.Redis;

/// <summary>The data keys of a room or of a user's scope, as they were read at some time.</summary>
/// <param name="keys">The keys that could be unwrapped.</param>
/// <param name="current">The name of the key for new values, as it is stored; empty if there is none.</param>
/// <param name="problems">For each key that could not be unwrapped, its name and why.</param>
/// <param name="loadedAt">When they were read: see <see cref="TimeProvider.GetTimestamp"/>.</param>
internal sealed class ScopeKeys(IReadOnlyDictionary<uint, DataKey> keys, string current, IReadOnlyDictionary<string, Exception> problems, long loadedAt)
{
    private readonly ConcurrentDictionary<uint, bool> _missing = new();
    private readonly IReadOnlyDictionary<uint, DataKey> _keys = keys;
    private bool _isOutdated;

    /// <summary>The key for new values; <see langword="null"/> if there is none, or it could not be unwrapped.</summary>
    public DataKey? Current { get; } = keys.Values.FirstOrDefault(key => key.Name == current);

    /// <summary>The name of the key for new values.</summary>
    public string CurrentName { get; } = current;

    /// <summary>The key of the digests: the oldest one, because it stays when keys are rotated.</summary>
    public DataKey? Oldest { get; } = keys.Values.OrderBy(key => key.CreatedAt).ThenBy(key => key.Id).FirstOrDefault();

    /// <summary>The keys by name, with the values from which they were unwrapped.</summary>
    public IReadOnlyDictionary<string, (RedisValue Value, DataKey Key)> Stored { get; init; } = new Dictionary<string, (RedisValue, DataKey)>();

    /// <summary>Whether they must be read again before they are next used.</summary>
    public bool IsOutdated
    {
        get => Volatile.Read(ref _isOutdated);
        set => Volatile.Write(ref _isOutdated, value);
    }

    /// <summary>When they were read.</summary>
    public long LoadedAt => loadedAt;

    /// <summary>Why keys could not be unwrapped, by name.</summary>
    public IReadOnlyDictionary<string, Exception> Problems => problems;

    public bool TryGet(uint id, out DataKey key) => _keys.TryGetValue(id, out key!);

    /// <summary>Whether a key was looked for and not found before.</summary>
    public bool IsMissing(uint id) => _missing.ContainsKey(id);

    /// <summary>Records that a key was looked for after these were read, and not found.</summary>
    public void SetMissing(uint id) => _missing.TryAdd(id, true);
}
