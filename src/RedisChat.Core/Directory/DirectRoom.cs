using System.Buffers.Binary;
using System.Globalization;
using System.Security.Cryptography;
using System.Text;

namespace RedisChat;

/// <summary>The ids of direct rooms.</summary>
internal static class DirectRoom
{
    /// <summary>What the id of a direct room begins with, and no other room's should.</summary>
    public const string Prefix = "direct~";

    private const int DigestBytes = 20;

    /// <summary>
    /// The id of the direct room of two users, the same from both sides: the prefix and the first 20 bytes of a SHA-256 in lower-case hex. It is that of both ids in UTF-8, the lower
    /// one by bytes first, each after its length as a 32-bit big-endian number, so that no other pair gives the same text.
    /// </summary>
    public static string IdOf(string one, string other)
    {
        var (first, second) = (Encoding.UTF8.GetBytes(one), Encoding.UTF8.GetBytes(other));
        if (first.AsSpan().SequenceCompareTo(second) > 0)
        {
            (first, second) = (second, first);
        }

        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        Append(first);
        Append(second);
        return Prefix + Convert.ToHexString(hash.GetHashAndReset(), 0, DigestBytes).ToLower(CultureInfo.InvariantCulture);

        void Append(byte[] id)
        {
            Span<byte> length = stackalloc byte[sizeof(int)];
            BinaryPrimitives.WriteInt32BigEndian(length, id.Length);
            hash.AppendData(length);
            hash.AppendData(id);
        }
    }
}
