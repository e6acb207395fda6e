namespace RedisChat.Benchmarks.Memory;

/// <summary>How to have full old buckets sealed while a room is filled.</summary>
internal static class SealedHistory
{
    /// <summary>Turns sealing on, with everything sealed as early as can be.</summary>
    public static Action<RedisStoreOptions>? Configure => options => options.SealAfter = 1;

    /// <summary>Returns when everything that can be sealed in these rooms is.</summary>
    public static Task CompletedAsync(RedisMessageStore store, IReadOnlyList<string> rooms) => store.SealedAsync();
}
