using StackExchange.Redis;

namespace RedisChat.Redis;

/// <summary>Opens sealed buckets, which are encrypted in encrypted rooms.</summary>
internal static class EncryptedBuckets
{
    /// <summary>Opens a sealed bucket; <see langword="null"/> if it is not one, or cannot be decrypted.</summary>
    public static async ValueTask<SealedBucket?> TryOpenAsync(RedisStoreContext context, string room, long number, RedisValue content, CancellationToken cancellationToken)
    {
        var cipher = await context.ReadingCipherAsync(room, cancellationToken).ConfigureAwait(false);
        var bucket = SealedBucket.TryOpen(number, ((ReadOnlyMemory<byte>)content).Span, cipher, out var lacking);
        if (lacking is not { } key || context.Ciphers is not { } ciphers)
        {
            return bucket;
        }

        cipher = await ciphers.RefreshAsync(room, cipher, key, cancellationToken).ConfigureAwait(false);
        return SealedBucket.TryOpen(number, ((ReadOnlyMemory<byte>)content).Span, cipher);
    }
}
