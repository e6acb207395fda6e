using System.Buffers;
using System.Buffers.Text;
using System.Diagnostics.CodeAnalysis;
using System.Text.Json;

namespace RedisChat.Redis;

/// <summary>
/// The form of encrypted messages: text, metadata, attachments and link previews are encrypted together into the property <c>z</c>, which follows an empty text; all other properties are as in any
/// message. So scripts and readers in other languages find the ids, authors and times that they need.
/// </summary>
internal static class EncryptedJson
{
    private const int MostOnStack = 512;

    private static ReadOnlySpan<byte> Marker => "\"c\":\"\",\"z\":\""u8;

    /// <summary>Whether the property is encrypted: text, metadata, attachments, and previews; and the attachments of a scheduled message.</summary>
    private static bool IsSecret(byte name) => name is (byte)'c' or (byte)'m' or (byte)'a' or (byte)'p' or (byte)'l';

    /// <summary>Encrypts a message.</summary>
    /// <param name="cipher">The room's cipher.</param>
    /// <param name="place">Where the value is stored.</param>
    /// <param name="plain">The message: a JSON object.</param>
    /// <param name="output">Receives the encrypted message.</param>
    /// <param name="opening">Its first byte: an opening brace, or a comma for the part after a time that a script adds.</param>
    public static void Seal(RoomCipher cipher, in BoxPlace place, ReadOnlySpan<byte> plain, ArrayBufferWriter<byte> output, byte opening = (byte)'{')
    {
        var box = ArrayPool<byte>.Shared.Rent(plain.Length + RoomCipher.Overhead);
        var secret = ArrayPool<byte>.Shared.Rent(plain.Length);
        var length = CollectSecrets(plain, secret);
        var boxed = box.AsSpan(0, length + RoomCipher.Overhead);
        cipher.Seal(place, secret.AsSpan(0, length), boxed);

        var separator = opening;
        var properties = new Utf8JsonReader(plain);
        properties.Read();
        while (properties.Read() && properties.TokenType == JsonTokenType.PropertyName)
        {
            var name = JsonParts.NameOf(properties);
            var start = (int)properties.TokenStartIndex;
            properties.Read();
            properties.Skip();
            if (IsSecret(name) && name != 'c')
            {
                continue;
            }

            output.GetSpan(1)[0] = separator;
            output.Advance(1);
            separator = (byte)',';
            if (name == 'c')
            {
                output.Write(Marker);
                Base64.EncodeToUtf8(boxed, output.GetSpan(Base64.GetMaxEncodedToUtf8Length(boxed.Length)), out _, out var written);
                output.Advance(written);
                output.Write("\""u8);
            }
            else
            {
                output.Write(plain[start..(int)properties.BytesConsumed]);
            }
        }

        output.Write("}"u8);
        ArrayPool<byte>.Shared.Return(box);
        ArrayPool<byte>.Shared.Return(secret, clearArray: true);
    }

    /// <summary>Decrypts a message.</summary>
    /// <param name="cipher">The room's cipher; <see langword="null"/> if there is none.</param>
    /// <param name="place">Where the value is stored.</param>
    /// <param name="value">The stored value.</param>
    /// <param name="output">Receives the message, if it was encrypted: an array from the pool, or an empty one, which is replaced if it is too short.</param>
    /// <param name="length">The length of the message in <paramref name="output"/>.</param>
    /// <param name="key">The key that it needs.</param>
    public static Opening TryOpen(RoomCipher? cipher, in BoxPlace place, ReadOnlySpan<byte> value, ref byte[] output, out int length, out uint key)
    {
        (length, key) = (0, 0);
        var start = Find(value);
        if (start <= 0)
        {
            return Opening.Plain;
        }

        var text = value[(start + Marker.Length)..];
        var end = text.IndexOf((byte)'"');
        if (end < 0)
        {
            return Opening.Invalid;
        }

        text = text[..end];
        var most = Base64.GetMaxDecodedFromUtf8Length(text.Length);
        var rented = most > MostOnStack ? ArrayPool<byte>.Shared.Rent(most) : null;
        Span<byte> decoded = rented ?? stackalloc byte[MostOnStack];
        try
        {
            if (Base64.DecodeFromUtf8(text, decoded, out _, out var size) != OperationStatus.Done || size < RoomCipher.Overhead)
            {
                return Opening.Invalid;
            }

            var box = decoded[..size];
            key = RoomCipher.KeyOf(box);
            if (cipher is null)
            {
                return Opening.NoKey;
            }

            var secrets = size - RoomCipher.Overhead;
            var rest = value[(start + Marker.Length + end + 1)..];
            length = start + secrets + rest.Length;
            if (output.Length < length)
            {
                ArrayPool<byte>.Shared.Return(output, clearArray: true);
                output = ArrayPool<byte>.Shared.Rent(length);
            }

            var opening = cipher.TryOpen(place, box, output.AsSpan(start, secrets));
            if (opening == Opening.Opened)
            {
                value[..start].CopyTo(output);
                rest.CopyTo(output.AsSpan(start + secrets));
            }

            return opening;
        }
        finally
        {
            if (rented is not null)
            {
                ArrayPool<byte>.Shared.Return(rented);
            }
        }
    }

    /// <summary>The key of an encrypted message; <see langword="null"/> if the value is not one.</summary>
    public static uint? KeyIn(ReadOnlySpan<byte> value)
    {
        byte[] none = [];
        return TryOpen(null, default, value, ref none, out _, out var key) is Opening.Plain ? null : key;
    }

    /// <summary>Parses what is not encrypted in a message, encrypted or not. An encrypted one has another text, and nothing else of what is encrypted.</summary>
    public static bool TryReadOpen(long id, ReadOnlySpan<byte> value, [NotNullWhen(true)] out Message? message, UserNames? names = null) =>
        MessageJson.TryRead(id, value, out message, names) || (WithoutSecrets(value) is { Length: > 0 } open && MessageJson.TryRead(id, open, out message, names));

    /// <summary>An encrypted message as if its text were one character, and the rest of what is encrypted not there: for who needs only what is not encrypted.</summary>
    /// <returns>Empty if the value is not an encrypted message.</returns>
    private static byte[] WithoutSecrets(ReadOnlySpan<byte> value)
    {
        var start = Find(value);
        var length = start <= 0 ? -1 : value[(start + Marker.Length)..].IndexOf((byte)'"');
        return length < 0 ? [] : [.. value[..start], .. "\"c\":\"?\""u8, .. value[(start + Marker.Length + length + 1)..]];
    }

    /// <summary>Where the text of an encrypted message is; not positive if the value is not one.</summary>
    private static int Find(ReadOnlySpan<byte> value)
    {
        var start = value.IndexOf(Marker);
        while (start > 0 && !IsTopLevel(value, start))
        {
            var next = value[(start + 1)..].IndexOf(Marker);
            start = next < 0 ? -1 : start + 1 + next;
        }

        return start;
    }

    private static int CollectSecrets(ReadOnlySpan<byte> plain, Span<byte> secret)
    {
        var length = 0;
        var properties = new Utf8JsonReader(plain);
        properties.Read();
        while (properties.Read() && properties.TokenType == JsonTokenType.PropertyName)
        {
            var name = JsonParts.NameOf(properties);
            var start = (int)properties.TokenStartIndex;
            properties.Read();
            properties.Skip();
            if (IsSecret(name))
            {
                if (length > 0)
                {
                    secret[length++] = (byte)',';
                }

                var property = plain[start..(int)properties.BytesConsumed];
                property.CopyTo(secret[length..]);
                length += property.Length;
            }
        }

        return length;
    }

    /// <summary>Whether what begins here are properties of the message itself. In a plain message, they could be part of its metadata.</summary>
    private static bool IsTopLevel(ReadOnlySpan<byte> value, int start)
    {
        if (!value[1..start].ContainsAny((byte)'{', (byte)'['))
        {
            return true;
        }

        try
        {
            var properties = new Utf8JsonReader(value);
            properties.Read();
            while (properties.Read() && properties.TokenType == JsonTokenType.PropertyName && properties.TokenStartIndex <= start)
            {
                if (properties.TokenStartIndex == start)
                {
                    return true;
                }

                properties.Read();
                properties.Skip();
            }
        }
        catch (JsonException)
        {
            // Not a message, encrypted or not.
        }

        return false;
    }
}
