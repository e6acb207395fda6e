using System.Security.Cryptography;

namespace RedisChat;

/// <summary>
/// The master keys of a chat that encrypts its messages. They wrap (encrypt) the data keys of rooms, which are stored with the rooms; the master keys themselves are never in Redis.
/// </summary>
/// <remarks>
/// <para>
/// A ring may have several master keys: one wraps, and the earlier ones still unwrap. To change the master key, let the ring wrap with a new one, call
/// <see cref="EncryptionKeys.RewrapAsync"/> for each room, and then remove the old one. A wrapped key must identify the master key that it needs.
/// </para>
/// <para>
/// Implementations are thread-safe. A process calls the ring when it first uses a room, and when the room's wrapped keys have changed, not for each message, so the ring may be a remote service.
/// </para>
/// </remarks>
public interface IChatKeyRing
{
    /// <summary>Wraps a data key with the present master key.</summary>
    /// <param name="key">The data key: 32 bytes.</param>
    /// <param name="scope">What the key belongs to: <c>room:</c> or <c>user:</c>, and the id; <c>user:</c> alone for the key of the notices of attachments, which belongs to no one user. If you can, bind it to the wrapped key as associated data or purpose.</param>
    /// <param name="cancellationToken">Stops waiting.</param>
    /// <returns>The wrapped key, which may be of any length up to 4 KiB.</returns>
    ValueTask<byte[]> WrapAsync(ReadOnlyMemory<byte> key, string scope, CancellationToken cancellationToken = default);

    /// <summary>Unwraps a data key.</summary>
    /// <param name="wrapped">What <see cref="WrapAsync"/> returned.</param>
    /// <param name="scope">The same as when it was wrapped.</param>
    /// <param name="cancellationToken">Stops waiting.</param>
    /// <returns>The data key.</returns>
    /// <exception cref="CryptographicException">
    /// The ring does not have the master key, or the wrapped key was changed: the messages cannot be read. Any other exception means that the ring is temporarily unavailable, and the call is repeated.
    /// </exception>
    ValueTask<byte[]> UnwrapAsync(ReadOnlyMemory<byte> wrapped, string scope, CancellationToken cancellationToken = default);

    /// <summary>Whether a wrapped key was wrapped with the present master key.</summary>
    /// <param name="wrapped">What <see cref="WrapAsync"/> returned.</param>
    bool IsCurrent(ReadOnlyMemory<byte> wrapped);
}
