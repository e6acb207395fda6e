namespace RedisChat.Redis;

/// <summary>Which buckets are sealed: by the sealer, by imports and by migrations.</summary>
internal static class SealingRule
{
    /// <summary>The largest bucket to seal, in bytes of ids and values, because reading one message means unpacking all of it.</summary>
    public const int MostBytes = 1024 * 1024;

    /// <summary>Whether to seal a bucket: only if it saves at least 25 %, because reading one message then means unpacking the whole bucket.</summary>
    /// <param name="length">The length of the compressed bucket.</param>
    /// <param name="bytes">The length of its ids and values.</param>
    public static bool IsWorthIt(int length, long bytes) => length <= bytes / 4 * 3;

    /// <summary>The first bucket that is not sealed yet.</summary>
    /// <param name="last">The last message.</param>
    /// <param name="after">See <see cref="RedisStoreOptions.SealAfter"/>.</param>
    public static long OpenFrom(long last, int? after) => after is { } open ? Math.Max(0, Buckets.Of(last) - open + 1) : 0;
}
