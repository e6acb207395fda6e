using System.Buffers.Text;

namespace RedisChat.Redis;

/// <summary>The form of other values that are encrypted: a <c>!</c>, with which no plain one begins, and the box in Base64.</summary>
internal static class EncryptedText
{
    private const byte Mark = (byte)'!';

    /// <summary>Encrypts a value.</summary>
    public static byte[] Seal(RoomCipher cipher, in BoxPlace place, ReadOnlySpan<byte> plain)
    {
        var box = new byte[plain.Length + RoomCipher.Overhead];
        cipher.Seal(place, plain, box);
        var text = new byte[1 + Base64.GetMaxEncodedToUtf8Length(box.Length)];
        text[0] = Mark;
        Base64.EncodeToUtf8(box, text.AsSpan(1), out _, out var length);
        return text[..(1 + length)];
    }

    /// <summary>Whether a value is encrypted.</summary>
    public static bool IsSealed(ReadOnlySpan<byte> value) => value is [Mark, ..];

    /// <summary>The plain value; empty if it cannot be decrypted. A value that is not encrypted is returned as it is.</summary>
    public static ReadOnlySpan<byte> Open(RoomCipher? cipher, scoped in BoxPlace place, ReadOnlySpan<byte> value) => TryOpen(cipher, place, value, out var plain, out _) ? plain : default;

    /// <summary>Decrypts a value, if it is encrypted.</summary>
    /// <param name="cipher">The cipher; <see langword="null"/> if there is none.</param>
    /// <param name="place">Where the value is stored.</param>
    /// <param name="value">The value.</param>
    /// <param name="plain">The plain value.</param>
    /// <param name="lacking">The key that it needs, if it is not among those of the cipher; otherwise <see langword="null"/>.</param>
    public static bool TryOpen(RoomCipher? cipher, scoped in BoxPlace place, ReadOnlySpan<byte> value, out ReadOnlySpan<byte> plain, out uint? lacking)
    {
        plain = value;
        lacking = null;
        if (!IsSealed(value))
        {
            return true;
        }

        var box = new byte[Base64.GetMaxDecodedFromUtf8Length(value.Length)];
        if (Base64.DecodeFromUtf8(value[1..], box, out _, out var length) != System.Buffers.OperationStatus.Done || length < RoomCipher.Overhead)
        {
            return false;
        }

        var output = new byte[length - RoomCipher.Overhead];
        var opening = cipher is null ? Opening.NoKey : cipher.TryOpen(place, box.AsSpan(0, length), output);
        plain = output;
        lacking = opening == Opening.NoKey ? RoomCipher.KeyOf(box) : null;
        return opening == Opening.Opened;
    }

    /// <summary>The key of an encrypted value; <see langword="null"/> if the value is not encrypted.</summary>
    public static uint? KeyIn(ReadOnlySpan<byte> value) => IsSealed(value) ? (TryOpen(null, default, value, out _, out var lacking) ? null : lacking ?? 0) : null;
}
