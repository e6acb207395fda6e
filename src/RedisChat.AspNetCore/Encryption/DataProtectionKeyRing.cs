using System.Security.Cryptography;
using Microsoft.AspNetCore.DataProtection;

namespace RedisChat.AspNetCore;

/// <summary>Master keys of ASP.NET Core's data protection, which most hosts have already: it rotates its keys by itself, and keeps the old ones. Use it with <c>AddEncryption&lt;DataProtectionKeyRing&gt;()</c>.</summary>
/// <remarks>
/// All nodes must share the data protection keys and the application name. Keep those keys somewhere else than in the Redis that holds the messages, and do not delete old ones before
/// <see cref="EncryptionKeys.RewrapAsync"/> was called for each room: without its key, data protection cannot unwrap. A key that was revoked still unwraps, and counts as not current. Thread-safe.
/// </remarks>
/// <param name="provider">Data protection.</param>
public sealed class DataProtectionKeyRing(IDataProtectionProvider provider) : IChatKeyRing
{
    private readonly IDataProtector _protector = provider.CreateProtector("RedisChat.Encryption");

    /// <inheritdoc/>
    public ValueTask<byte[]> WrapAsync(ReadOnlyMemory<byte> key, string scope, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(scope);
        var bound = new byte[HashLength + key.Length];
        SHA256.HashData(System.Text.Encoding.UTF8.GetBytes(scope), bound);
        key.Span.CopyTo(bound.AsSpan(HashLength));
        return new ValueTask<byte[]>(_protector.Protect(bound));
    }

    /// <inheritdoc/>
    public ValueTask<byte[]> UnwrapAsync(ReadOnlyMemory<byte> wrapped, string scope, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(scope);
        var bound = Unprotect(wrapped, out _);
        Span<byte> expected = stackalloc byte[HashLength];
        SHA256.HashData(System.Text.Encoding.UTF8.GetBytes(scope), expected);
        return bound.Length > HashLength && bound.AsSpan(0, HashLength).SequenceEqual(expected)
            ? new ValueTask<byte[]>(bound[HashLength..])
            : throw new CryptographicException("The wrapped key belongs to another room or user.");
    }

    /// <inheritdoc/>
    public bool IsCurrent(ReadOnlyMemory<byte> wrapped)
    {
        try
        {
            Unprotect(wrapped, out var isCurrent);
            return isCurrent;
        }
        catch (CryptographicException)
        {
            // Wrapping it again fails with the reason.
            return false;
        }
    }

    // A protector for each scope would never be collected: the purposes are cached. So the scope is in what is protected.
    private const int HashLength = SHA256.HashSizeInBytes;

    private byte[] Unprotect(ReadOnlyMemory<byte> wrapped, out bool isCurrent)
    {
        if (_protector is not IPersistedDataProtector persisted)
        {
            isCurrent = true;
            return _protector.Unprotect(wrapped.ToArray());
        }

        var plain = persisted.DangerousUnprotect(wrapped.ToArray(), ignoreRevocationErrors: true, out var isOld, out var isRevoked);
        isCurrent = !isOld && !isRevoked;
        return plain;
    }
}
