using System.Security.Cryptography;
using System.Text;
using RedisChat;

namespace Snippets;

/// <summary>What the key ring needs of a key vault: the master keys, which never leave it.</summary>
/// <remarks>
/// With Azure Key Vault, a version is that of the key. <c>WrapAsync</c> calls <c>WrapKeyAsync(KeyWrapAlgorithm.RsaOaep256, plain)</c> of a <c>CryptographyClient</c> for that version, and <c>UnwrapAsync</c> its <c>UnwrapKeyAsync</c>.
/// With AWS KMS, a version is the ARN of a key, and the calls are <c>EncryptAsync</c> and <c>DecryptAsync</c>.
/// </remarks>
internal interface IKeyVault
{
    /// <summary>The version that wraps. Read it from the vault when the process starts, and again from time to time: it is asked often, and must not wait.</summary>
    string Version { get; }

    /// <summary>Wraps 64 bytes.</summary>
    ValueTask<byte[]> WrapAsync(string version, byte[] plain, CancellationToken cancellationToken);

    /// <summary>Unwraps them. Throws whatever the vault's client throws if the vault cannot be reached: the chat asks again.</summary>
    /// <returns><see langword="null"/> if asking again is of no use: the vault has no such version, or these are not bytes that it has wrapped.</returns>
    ValueTask<byte[]?> UnwrapAsync(string version, byte[] wrapped, CancellationToken cancellationToken);
}

/// <summary>docs/operations.md, encryption: a key ring over a key vault, to copy. The vault is asked when a process first uses a room, not for each message.</summary>
internal sealed class VaultKeyRing(IKeyVault vault) : IChatKeyRing
{
    private const int DigestLength = SHA256.HashSizeInBytes;

    public async ValueTask<byte[]> WrapAsync(ReadOnlyMemory<byte> key, string scope, CancellationToken cancellationToken = default)
    {
        // Vaults bind nothing else to a key, so the digest of the scope is wrapped with it: no room can be given the key of another one.
        var version = vault.Version;
        byte[] plain = [.. DigestOf(scope), .. key.Span];
        var wrapped = await vault.WrapAsync(version, plain, cancellationToken);
        return [.. Encoding.UTF8.GetBytes($"{version}\n"), .. wrapped];
    }

    public async ValueTask<byte[]> UnwrapAsync(ReadOnlyMemory<byte> wrapped, string scope, CancellationToken cancellationToken = default)
    {
        var version = VersionOf(wrapped) ?? throw new CryptographicException("It is not a key that this key ring has wrapped.");
        var plain = await vault.UnwrapAsync(version, wrapped[(Encoding.UTF8.GetByteCount(version) + 1)..].ToArray(), cancellationToken)
            ?? throw new CryptographicException($"The vault has no key of the version {version}, or the wrapped key was changed.");
        return plain.Length > DigestLength && plain.AsSpan(0, DigestLength).SequenceEqual(DigestOf(scope))
            ? plain[DigestLength..]
            : throw new CryptographicException("The wrapped key belongs to another room or user.");
    }

    public bool IsCurrent(ReadOnlyMemory<byte> wrapped) => VersionOf(wrapped) == vault.Version;

    private static byte[] DigestOf(string scope) => SHA256.HashData(Encoding.UTF8.GetBytes(scope));

    private static string? VersionOf(ReadOnlyMemory<byte> wrapped) =>
        wrapped.Span.IndexOf((byte)'\n') is > 0 and var end ? Encoding.UTF8.GetString(wrapped.Span[..end]) : null;
}
