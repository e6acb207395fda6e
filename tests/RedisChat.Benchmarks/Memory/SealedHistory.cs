namespace RedisChat.Benchmarks.Memory;

/// <summary>Whether old buckets are sealed while rooms are filled.</summary>
internal static class SealedHistory
{
    /// <summary>Everything stays open.</summary>
    public static Action<RedisStoreOptions> Off => options => options.SealAfter = null;

    /// <summary>Everything is sealed as early as possible.</summary>
    public static Action<RedisStoreOptions> AtOnce => options => options.SealAfter = 1;
}
