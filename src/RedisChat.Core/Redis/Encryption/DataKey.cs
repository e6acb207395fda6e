using System.Buffers.Binary;
using System.Collections.Concurrent;
using System.Globalization;
using System.Security.Cryptography;

namespace RedisChat.Redis;

/// <summary>One data key of a room, or of a user's scope: 256 random bits, from which the keys that encrypt are derived.</summary>
/// <remarks>
/// With random nonces of 96 bits, one AES-GCM key may encrypt 2^32 values at most (NIST SP 800-38D, section 8.3). So each block of 2^20 message ids has a key of its own, derived
/// with HKDF-SHA256 (RFC 5869). A message takes one encryption when it is sent, and one more for each edit and for each part in which it is written; each message of a block would need thousands of them before a key
/// reached that limit.
/// </remarks>
internal sealed class DataKey
{
    /// <summary>The length of a data key in bytes.</summary>
    public const int Length = 32;

    private const int BlockBits = 20;
    private const int MostSubkeys = 64;

    private static readonly byte[] IdInfo = "redischat key id"u8.ToArray();
    private static readonly byte[] DigestInfo = "redischat digest"u8.ToArray();

    private readonly byte[] _secret;
    private readonly ConcurrentDictionary<long, Subkey> _subkeys = new();
    private byte[]? _digestKey;

    public DataKey(byte[] secret, long createdAt)
    {
        _secret = secret;
        CreatedAt = createdAt;
        Span<byte> id = stackalloc byte[4];
        HKDF.Expand(HashAlgorithmName.SHA256, secret, id, IdInfo);
        Id = BinaryPrimitives.ReadUInt32BigEndian(id);
        Name = NameOf(Id);
    }

    /// <summary>Identifies the key in the values that it encrypts. Derived from the key, so a key that was unwrapped to something else is noticed.</summary>
    public uint Id { get; }

    /// <summary>The same in hex: the key's field.</summary>
    public string Name { get; }

    /// <summary>When it was created, by the server's clock, µs.</summary>
    public long CreatedAt { get; }

    /// <summary>The name of a key with this id.</summary>
    public static string NameOf(uint id) => id.ToString("x8", CultureInfo.InvariantCulture);

    /// <summary>The key that encrypts what belongs to a message id.</summary>
    public Subkey SubkeyFor(long id)
    {
        var block = id >> BlockBits;
        if (_subkeys.TryGetValue(block, out var subkey))
        {
            return subkey;
        }

        if (_subkeys.Count >= MostSubkeys)
        {
            _subkeys.Clear();
        }

        return _subkeys.GetOrAdd(block, Derive);
    }

    /// <summary>A digest that reveals nothing to anyone without the key.</summary>
    public ulong Digest(ReadOnlySpan<byte> value)
    {
        var key = _digestKey ??= HKDF.Expand(HashAlgorithmName.SHA256, _secret, Length, DigestInfo);
        Span<byte> digest = stackalloc byte[HMACSHA256.HashSizeInBytes];
        HMACSHA256.HashData(key, value, digest);
        return BinaryPrimitives.ReadUInt64BigEndian(digest);
    }

    private Subkey Derive(long block)
    {
        Span<byte> info = stackalloc byte[9];
        info[0] = (byte)'b';
        BinaryPrimitives.WriteInt64BigEndian(info[1..], block);
        var key = new byte[Length];
        HKDF.Expand(HashAlgorithmName.SHA256, _secret, key, info);
        return new Subkey(key);
    }
}
