namespace RedisChat.Benchmarks.Memory;

/// <summary>
/// How to have full old buckets sealed while a room is filled. The one place to fill in when the library can: both members, and the memory group prints
/// figures where it now says "not built".
/// </summary>
internal static class SealedHistory
{
    /// <summary>Turns sealing on, with everything sealed as early as can be; <see langword="null"/> while the library cannot seal.</summary>
    public static Action<RedisStoreOptions>? Configure => null;

    /// <summary>Returns when everything that can be sealed in these rooms is.</summary>
    public static Task CompletedAsync(RedisMessageStore store, IReadOnlyList<string> rooms) => Task.CompletedTask;
}
