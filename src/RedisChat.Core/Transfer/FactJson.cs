using System.Buffers;
using System.Buffers.Text;
using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Unicode;

namespace RedisChat;

/// <summary>Writes the parts of a line of an export.</summary>
internal static class FactJson
{
    // A reader of JSON goes 64 deep by default, and a line has a value at the second or third level.
    private static readonly JsonReaderOptions ReadOptions = new() { MaxDepth = 62 };

    /// <summary>Whether a stored value can stand in a line as it is: one JSON value other than null, in valid UTF-8, without line breaks, and not nested more than 62 deep.</summary>
    public static bool IsPlainJson(ReadOnlySpan<byte> value)
    {
        if (value.IndexOfAny((byte)'\n', (byte)'\r') >= 0 || !Utf8.IsValid(value))
        {
            return false;
        }

        var json = new Utf8JsonReader(value, ReadOptions);
        try
        {
            if (!json.Read() || json.TokenType == JsonTokenType.Null)
            {
                return false;
            }

            while (json.Read())
            {
            }

            return json.BytesConsumed == value.Length;
        }
        catch (JsonException)
        {
            return false;
        }
    }

    /// <summary>Writes text in valid UTF-8 as a JSON string.</summary>
    public static void WriteText(IBufferWriter<byte> line, ReadOnlySpan<byte> text)
    {
        line.Write("\""u8);
        line.Write(JsonEncodedText.Encode(text, JavaScriptEncoder.UnsafeRelaxedJsonEscaping).EncodedUtf8Bytes);
        line.Write("\""u8);
    }

    /// <summary>Writes text as a JSON string.</summary>
    public static void WriteText(IBufferWriter<byte> line, string text)
    {
        line.Write("\""u8);
        line.Write(JsonEncodedText.Encode(text, JavaScriptEncoder.UnsafeRelaxedJsonEscaping).EncodedUtf8Bytes);
        line.Write("\""u8);
    }

    public static void WriteNumber(IBufferWriter<byte> line, long number)
    {
        Utf8Formatter.TryFormat(number, line.GetSpan(20), out var length);
        line.Advance(length);
    }

    public static void WriteBase64(IBufferWriter<byte> line, ReadOnlySpan<byte> value)
    {
        line.Write("\""u8);
        var text = line.GetSpan(Base64.GetMaxEncodedToUtf8Length(value.Length));
        Base64.EncodeToUtf8(value, text, out _, out var length);
        line.Advance(length);
        line.Write("\""u8);
    }
}
