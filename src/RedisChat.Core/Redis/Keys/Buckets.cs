namespace RedisChat.Redis;

/// <summary>How messages are divided among hashes.</summary>
internal static class Buckets
{
    /// <summary>How many message ids share a hash. Part of the stored format.</summary>
    public const int Size = 128;

    /// <summary>The number of the bucket that a message belongs to.</summary>
    public static long Of(long id) => id / Size;
}
