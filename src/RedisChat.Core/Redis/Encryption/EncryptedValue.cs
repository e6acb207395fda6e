using System.Buffers;
using System.Diagnostics.CodeAnalysis;

namespace RedisChat.Redis;

/// <summary>Parses stored messages that may be encrypted. A store without encryption parses them with <see cref="MessageJson"/> directly.</summary>
internal static class EncryptedValue
{
    /// <summary>Parses a stored message.</summary>
    /// <param name="cipher">The room's cipher; <see langword="null"/> if there is none.</param>
    /// <param name="place">Where the value is stored.</param>
    /// <param name="value">The stored value.</param>
    /// <param name="message">The message.</param>
    /// <param name="lacking">The key that the value needs, if it is not among those of the cipher; otherwise <see langword="null"/>.</param>
    /// <param name="names">See <see cref="MessageJson.TryRead"/>.</param>
    public static bool TryRead(
        RoomCipher? cipher, in BoxPlace place, ReadOnlySpan<byte> value, [NotNullWhen(true)] out Message? message, out uint? lacking, UserNames? names = null)
    {
        byte[] plain = [];
        try
        {
            var opening = EncryptedJson.TryOpen(cipher, place, value, ref plain, out var length, out var key);
            lacking = opening == Opening.NoKey ? key : null;
            message = null;
            return opening switch
            {
                Opening.Plain => MessageJson.TryRead(place.Id, value, out message, names),
                Opening.Opened => MessageJson.TryRead(place.Id, plain.AsSpan(0, length), out message, names),
                _ => false,
            };
        }
        finally
        {
            Return(plain);
        }
    }

    /// <summary>The plain form of a stored value.</summary>
    /// <param name="cipher">The room's cipher; <see langword="null"/> if there is none.</param>
    /// <param name="place">Where the value is stored.</param>
    /// <param name="value">The stored value.</param>
    /// <param name="lacking">See <see cref="TryRead"/>.</param>
    /// <returns><see langword="null"/> if it could not be decrypted.</returns>
    public static ReadOnlyMemory<byte>? TryOpen(RoomCipher? cipher, in BoxPlace place, ReadOnlyMemory<byte> value, out uint? lacking)
    {
        byte[] plain = [];
        var opening = EncryptedJson.TryOpen(cipher, place, value.Span, ref plain, out var length, out var key);
        ReadOnlyMemory<byte>? found = opening switch
        {
            Opening.Plain => value,
            Opening.Opened => plain.AsSpan(0, length).ToArray(),
            _ => (ReadOnlyMemory<byte>?)null,
        };
        lacking = opening == Opening.NoKey ? key : null;
        Return(plain);
        return found;
    }

    /// <summary>The stored form of a plain value.</summary>
    public static byte[] Seal(RoomCipher cipher, in BoxPlace place, ReadOnlySpan<byte> plain)
    {
        var output = new ArrayBufferWriter<byte>((plain.Length * 4 / 3) + 80);
        EncryptedJson.Seal(cipher, place, plain, output);
        return output.WrittenSpan.ToArray();
    }

    private static void Return(byte[] plain)
    {
        if (plain.Length > 0)
        {
            ArrayPool<byte>.Shared.Return(plain, clearArray: true);
        }
    }
}
