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

    /// <summary>The same, but fails if others may be able to decrypt it, because this process lacks a key that is still stored.</summary>
    /// <exception cref="ChatDataException">This process has no keys, or cannot unwrap the bucket's.</exception>
    public static async ValueTask<SealedBucket?> OpenAsync(RedisStoreContext context, string room, long number, RedisValue content, CancellationToken cancellationToken)
    {
        var bucket = await TryOpenAsync(context, room, number, content, cancellationToken).ConfigureAwait(false);
        if (bucket is null)
        {
            var locked = new LockedValues();
            locked.AddBucket(number, ((ReadOnlyMemory<byte>)content).Span);
            await locked.ThrowIfAnyAsync(context, room, [number * Buckets.Size], cancellationToken).ConfigureAwait(false);
        }

        return bucket;
    }
}
