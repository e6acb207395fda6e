using System.Security.Cryptography;
using System.Text;

namespace RedisChat.IntegrationTests.Redis.Encryption;

/// <summary>Master keys in memory. The last one wraps. Counts its calls, and fails on request.</summary>
internal sealed class TestKeyRing : IChatKeyRing
{
    private const int NonceLength = 12;
    private const int TagLength = 16;

    private readonly List<byte[]> _masters = [RandomNumberGenerator.GetBytes(32)];
    private int _calls;

    /// <summary>How often it was called.</summary>
    public int Calls => Volatile.Read(ref _calls);

    /// <summary>If set, every call fails with it.</summary>
    public Exception? Failure { get; set; }

    public void AddMaster() => _masters.Add(RandomNumberGenerator.GetBytes(32));

    public void RemoveFirstMaster() => _masters[0] = [];

    public ValueTask<byte[]> WrapAsync(ReadOnlyMemory<byte> key, string scope, CancellationToken cancellationToken = default)
    {
        Count();
        var wrapped = new byte[1 + NonceLength + key.Length + TagLength];
        wrapped[0] = (byte)(_masters.Count - 1);
        RandomNumberGenerator.Fill(wrapped.AsSpan(1, NonceLength));
        using var cipher = new AesGcm(_masters[^1], TagLength);
        cipher.Encrypt(
            wrapped.AsSpan(1, NonceLength), key.Span, wrapped.AsSpan(1 + NonceLength, key.Length), wrapped.AsSpan(1 + NonceLength + key.Length), Encoding.UTF8.GetBytes(scope));
        return new(wrapped);
    }

    public ValueTask<byte[]> UnwrapAsync(ReadOnlyMemory<byte> wrapped, string scope, CancellationToken cancellationToken = default)
    {
        Count();
        var bytes = wrapped.Span;
        if (bytes[0] >= _masters.Count || _masters[bytes[0]].Length == 0)
        {
            throw new CryptographicException("The ring does not have this master key.");
        }

        var key = new byte[bytes.Length - 1 - NonceLength - TagLength];
        using var cipher = new AesGcm(_masters[bytes[0]], TagLength);
        cipher.Decrypt(bytes.Slice(1, NonceLength), bytes[(1 + NonceLength)..^TagLength], bytes[^TagLength..], key, Encoding.UTF8.GetBytes(scope));
        return new(key);
    }

    public bool IsCurrent(ReadOnlyMemory<byte> wrapped) => wrapped.Span[0] == _masters.Count - 1;

    private void Count()
    {
        Interlocked.Increment(ref _calls);
        if (Failure is not null)
        {
            throw Failure;
        }
    }
}
