using System.Buffers.Binary;
using System.Text;

namespace RedisChat.Redis;

/// <summary>
/// Encrypts and decrypts the values of one room, thread or user's scope. An encrypted value, a box, is a byte with the version of its form, the id of the data key, the nonce, what was encrypted, and the tag.
/// Its place is bound to it as associated data.
/// </summary>
internal sealed class RoomCipher(string scope, ScopeKeys keys)
{
    /// <summary>By how many bytes a box is longer than what it holds.</summary>
    public const int Overhead = HeadLength + Subkey.TagLength;

    private const byte Version = 1;
    private const int HeadLength = 1 + 4 + Subkey.NonceLength;
    private const int MostOnStack = 1024;

    private readonly byte[] _scope = Encoding.UTF8.GetBytes(scope);

    /// <summary>The keys.</summary>
    public ScopeKeys Keys => keys;

    /// <summary>The room, thread or user's scope.</summary>
    public string Scope { get; } = scope;

    /// <summary>The key of a box, which need not be valid.</summary>
    public static uint KeyOf(ReadOnlySpan<byte> box) => box.Length < HeadLength ? 0 : BinaryPrimitives.ReadUInt32BigEndian(box[1..]);

    /// <summary>Encrypts a value into a box.</summary>
    public void Seal(in BoxPlace place, ReadOnlySpan<byte> plain, Span<byte> box)
    {
        var key = keys.Current ?? throw new InvalidOperationException("There is no key to encrypt with.");
        box[0] = Version;
        BinaryPrimitives.WriteUInt32BigEndian(box[1..], key.Id);
        var nonce = box.Slice(5, Subkey.NonceLength);
        Nonces.Fill(nonce);
        var size = SizeOfAssociated(place);
        Span<byte> associated = size <= MostOnStack ? stackalloc byte[size] : new byte[size];
        WriteAssociated(place, associated);
        key.SubkeyFor(place.Id).Encrypt(nonce, plain, box.Slice(HeadLength, plain.Length), box.Slice(HeadLength + plain.Length, Subkey.TagLength), associated);
    }

    /// <summary>Decrypts a box into exactly as many bytes as it holds.</summary>
    public Opening TryOpen(in BoxPlace place, ReadOnlySpan<byte> box, Span<byte> plain)
    {
        if (box.Length < Overhead || box[0] != Version)
        {
            return Opening.Invalid;
        }

        if (!keys.TryGet(KeyOf(box), out var key))
        {
            return Opening.NoKey;
        }

        var size = SizeOfAssociated(place);
        Span<byte> associated = size <= MostOnStack ? stackalloc byte[size] : new byte[size];
        WriteAssociated(place, associated);
        return key.SubkeyFor(place.Id).TryDecrypt(box.Slice(5, Subkey.NonceLength), box[HeadLength..^Subkey.TagLength], box[^Subkey.TagLength..], plain, associated)
            ? Opening.Opened
            : Opening.Invalid;
    }

    /// <summary>The digest of a message by which a repetition of its send is recognized, and the name of the key that it was made with.</summary>
    public (ulong Digest, string Key) Digest(ReadOnlySpan<byte> value) => (keys.Oldest!.Digest(value), keys.Oldest.Name);

    private int SizeOfAssociated(in BoxPlace place) => 1 + 8 + 4 + _scope.Length + Encoding.UTF8.GetByteCount(place.Rest);

    private void WriteAssociated(in BoxPlace place, Span<byte> associated)
    {
        associated[0] = (byte)place.Kind;
        BinaryPrimitives.WriteInt64BigEndian(associated[1..], place.Id);
        BinaryPrimitives.WriteInt32BigEndian(associated[9..], _scope.Length);
        _scope.CopyTo(associated[13..]);
        Encoding.UTF8.GetBytes(place.Rest, associated[(13 + _scope.Length)..]);
    }
}
