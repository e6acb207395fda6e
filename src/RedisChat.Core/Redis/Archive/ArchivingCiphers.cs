using StackExchange.Redis;

namespace RedisChat.Redis;

/// <summary>
/// The cipher of a room whose buckets are moved to the archive. What is encrypted in Redis leaves it encrypted, and so does what was stored before the room was encrypted. A process that lacks a key that others may have
/// moves nothing, because it would hide from the archive who wrote what.
/// </summary>
internal static class ArchivingCiphers
{
    /// <summary>The room's cipher, with a key to encrypt what is packed; <see langword="null"/> if the room is not encrypted.</summary>
    /// <param name="context">The shared parts of the store.</param>
    /// <param name="room">The room.</param>
    /// <param name="uses">The letters of its features.</param>
    /// <param name="cancellationToken">Stops waiting.</param>
    /// <exception cref="ChatDataException">The room is encrypted, and this process has no key ring, or not the present key.</exception>
    public static ValueTask<RoomCipher?> ForRoomAsync(RedisStoreContext context, string room, RedisValue uses, CancellationToken cancellationToken)
    {
        var isEncrypted = !uses.IsNull && ((string)uses!).Contains(RoomCiphers.Letter, StringComparison.Ordinal);
        return context.Ciphers is { } ciphers ? isEncrypted || ciphers.Encrypts(room) ? ciphers.EnsureAsync(room, cancellationToken) : default
            : isEncrypted ? throw NoRing(context, room)
            : default;
    }

    /// <summary>The cipher with a key that a bucket needs, if that was added since those of the room were read.</summary>
    /// <param name="context">The shared parts of the store.</param>
    /// <param name="room">The room.</param>
    /// <param name="cipher">The cipher that lacks the key.</param>
    /// <param name="key">The key.</param>
    /// <param name="cancellationToken">Stops waiting.</param>
    /// <returns><see langword="null"/> if the key was deleted: then the bucket cannot be read any more.</returns>
    /// <exception cref="ChatDataException">This process cannot unwrap the key, but others may.</exception>
    public static async ValueTask<RoomCipher?> WithKeyAsync(RedisStoreContext context, string room, RoomCipher? cipher, uint key, CancellationToken cancellationToken)
    {
        var ciphers = context.Ciphers ?? throw NoRing(context, room);
        var found = await ciphers.RefreshAsync(room, cipher, key, cancellationToken).ConfigureAwait(false);
        if (found!.Keys.TryGet(key, out _))
        {
            // A key for new values is there, too, because the one that was found is in use.
            return found.Keys.Current is not null ? found : await ciphers.EnsureAsync(room, cancellationToken).ConfigureAwait(false);
        }

        var name = DataKey.NameOf(key);
        return found.Keys.Problems.TryGetValue(name, out var why) ? throw KeyErrors.Unusable(context.Keys, ThreadId.RuledBy(room), name, why, "nothing that it encrypted was moved to the archive") : null;
    }

    private static ChatDataException NoRing(RedisStoreContext context, string room) =>
        KeyErrors.NoRing(context.Keys, room, "nothing was moved to the archive", "has the archive");
}
