using System.Collections.Concurrent;
using System.Security.Cryptography;

namespace RedisChat.Redis;

/// <summary>A key that encrypts, AES-256-GCM. Thread-safe, unlike <see cref="AesGcm"/>, of which it keeps as many as are used at once.</summary>
internal sealed class Subkey(byte[] key)
{
    public const int NonceLength = 12;
    public const int TagLength = 16;

    private readonly ConcurrentQueue<AesGcm> _idle = new();

    public void Encrypt(ReadOnlySpan<byte> nonce, ReadOnlySpan<byte> plain, Span<byte> encrypted, Span<byte> tag, ReadOnlySpan<byte> associated)
    {
        var cipher = Take();
        cipher.Encrypt(nonce, plain, encrypted, tag, associated);
        _idle.Enqueue(cipher);
    }

    /// <summary>Decrypts; <see langword="false"/> if anything was changed.</summary>
    public bool TryDecrypt(ReadOnlySpan<byte> nonce, ReadOnlySpan<byte> encrypted, ReadOnlySpan<byte> tag, Span<byte> plain, ReadOnlySpan<byte> associated)
    {
        var cipher = Take();
        try
        {
            cipher.Decrypt(nonce, encrypted, tag, plain, associated);
            return true;
        }
        catch (AuthenticationTagMismatchException)
        {
            return false;
        }
        finally
        {
            _idle.Enqueue(cipher);
        }
    }

    private AesGcm Take() => _idle.TryDequeue(out var cipher) ? cipher : new AesGcm(key, TagLength);
}
