using StackExchange.Redis;

namespace RedisChat.Redis;

/// <summary>Encrypts and decrypts single fields of hashes that hold JSON with a text: drafts and scheduled messages.</summary>
internal static class EncryptedFields
{
    /// <summary>Decrypts a value, if it is encrypted.</summary>
    /// <param name="context">The shared parts of the store.</param>
    /// <param name="scope">The room or user's scope, whose key it is.</param>
    /// <param name="place">Where the value is stored.</param>
    /// <param name="hash">The hash, for the error.</param>
    /// <param name="field">The field.</param>
    /// <param name="value">Its value.</param>
    /// <param name="cancellationToken">Stops waiting.</param>
    /// <returns>The plain value, and the cipher that decrypted it; <see langword="null"/> if it was not encrypted.</returns>
    /// <exception cref="ChatDataException">It cannot be decrypted.</exception>
    public static async ValueTask<(RedisValue Plain, RoomCipher? Cipher)> OpenAsync(
        RedisStoreContext context, string scope, BoxPlace place, string hash, string field, RedisValue value, CancellationToken cancellationToken)
    {
        var (plain, cipher) = await DecryptAsync(context, scope, place, value, cancellationToken).ConfigureAwait(false);
        return !plain.IsNull
            ? (plain, cipher)
            : throw new ChatDataException(EncryptionProblem.Of(cipher, EncryptedJson.KeyIn(((ReadOnlyMemory<byte>)value).Span))!.Describe($"Field '{field}' of the hash '{hash}'", context.Keys.DataKeys(scope)))
            {
                Key = hash,
                Field = field,
            };
    }

    /// <summary>Decrypts a value, if it is encrypted; null if it cannot be decrypted.</summary>
    public static async ValueTask<RedisValue> TryOpenAsync(RedisStoreContext context, string scope, BoxPlace place, RedisValue value, CancellationToken cancellationToken) =>
        (await DecryptAsync(context, scope, place, value, cancellationToken).ConfigureAwait(false)).Plain;

    private static async ValueTask<(RedisValue Plain, RoomCipher? Cipher)> DecryptAsync(
        RedisStoreContext context, string scope, BoxPlace place, RedisValue value, CancellationToken cancellationToken)
    {
        if (EncryptedJson.KeyIn(((ReadOnlyMemory<byte>)value).Span) is not { } key)
        {
            return (value, null);
        }

        RoomCipher? cipher = null;
        if (context.Ciphers is { } ciphers)
        {
            cipher = await ciphers.ForReadingAsync(scope, cancellationToken).ConfigureAwait(false);
            cipher = cipher?.Keys.TryGet(key, out _) == true ? cipher : await ciphers.RefreshAsync(scope, cipher, key, cancellationToken).ConfigureAwait(false);
        }

        return (EncryptedValue.TryOpen(cipher, place, value, out _) is { } plain ? plain : RedisValue.Null, cipher);
    }
}
