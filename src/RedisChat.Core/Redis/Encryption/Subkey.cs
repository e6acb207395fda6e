using System.Collections.Concurrent;
using System.Security.Cryptography;

namespace RedisChat.Redis;

/// <summary>A key that encrypts, AES-256-GCM. Thread-safe, unlike <see cref="AesGcm"/>, of which it keeps as many as are used at once.</summary>
internal sealed class Subkey(byte[] key)
{
    public const int NonceLength = 12;
    public const int TagLength = 16;

    private readonly ConcurrentQueue<AesGcm> _idle = new();

    // The next one to use. Most keys never need a second one, and an exchange is cheaper than the queue.
    private AesGcm? _next;

    public void Encrypt(ReadOnlySpan<byte> nonce, ReadOnlySpan<byte> plain, Span<byte> encrypted, Span<byte> tag, ReadOnlySpan<byte> associated)
    {
        var cipher = Take();
        cipher.Encrypt(nonce, plain, encrypted, tag, associated);
        Return(cipher);
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
            Return(cipher);
        }
    }

    private AesGcm Take() => Interlocked.Exchange(ref _next, null) ?? (_idle.TryDequeue(out var cipher) ? cipher : new AesGcm(key, TagLength));

    private void Return(AesGcm cipher)
    {
        if (Interlocked.Exchange(ref _next, cipher) is { } other)
        {
            _idle.Enqueue(other);
        }
    }
}
