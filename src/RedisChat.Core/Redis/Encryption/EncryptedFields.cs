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
    /// <exception cref="ChatDataException">It cannot be decrypted.</exception>
    public static async ValueTask<RedisValue> OpenAsync(
        RedisStoreContext context, string scope, BoxPlace place, string hash, string field, RedisValue value, CancellationToken cancellationToken)
    {
        if (EncryptedJson.KeyIn(((ReadOnlyMemory<byte>)value).Span) is not { } key)
        {
            return value;
        }

        RoomCipher? cipher = null;
        if (context.Ciphers is { } ciphers)
        {
            cipher = await ciphers.ForReadingAsync(scope, cancellationToken).ConfigureAwait(false);
            cipher = cipher?.Keys.TryGet(key, out _) == true ? cipher : await ciphers.RefreshAsync(scope, cipher, key, cancellationToken).ConfigureAwait(false);
        }

        return EncryptedValue.TryOpen(cipher, place, value, out _) is { } plain
            ? plain
            : throw new ChatDataException(EncryptionProblem.Of(cipher, key)!.Describe($"Field '{field}' of the hash '{hash}'", context.Keys.DataKeys(scope)))
            {
                Key = hash,
                Field = field,
            };
    }
}
