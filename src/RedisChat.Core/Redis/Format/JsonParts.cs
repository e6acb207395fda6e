using System.Buffers;
using System.Buffers.Text;
using System.Diagnostics.CodeAnalysis;
using System.Globalization;
using System.Text;
using System.Text.Json;

namespace RedisChat.Redis;

/// <summary>What the stored forms of messages and of their parts have in common: property names of one letter, and strings.</summary>
internal static class JsonParts
{
    private static readonly SearchValues<char> MustBeEscaped =
        SearchValues.Create(['"', '\\', .. Enumerable.Range(0, 0x20).Select(c => (char)c)]);

    /// <summary>Reads an object; <see langword="false"/> if it is none of these.</summary>
    public delegate bool Reader<T>(ref Utf8JsonReader json, out T? item);

    /// <summary>Writes a property, unless there is no value.</summary>
    /// <param name="json">The JSON so far.</param>
    /// <param name="name">The name, with what stands before and behind it.</param>
    /// <param name="value">The value.</param>
    public static void Text(ArrayBufferWriter<byte> json, ReadOnlySpan<byte> name, string? value)
    {
        if (value is not null)
        {
            json.Write(name);
            WriteString(json, value);
        }
    }

    /// <summary>Writes a property, unless there is no value.</summary>
    /// <param name="json">The JSON so far.</param>
    /// <param name="name">The name, with what stands before and behind it.</param>
    /// <param name="value">The value.</param>
    public static void Number(ArrayBufferWriter<byte> json, ReadOnlySpan<byte> name, long? value)
    {
        if (value is { } number)
        {
            json.Write(name);
            Utf8Formatter.TryFormat(number, json.GetSpan(20), out var length);
            json.Advance(length);
        }
    }

    /// <summary>Begins a property of an object that is all that is written; the first one also begins the object.</summary>
    public static void BeginProperty(ArrayBufferWriter<byte> json) => json.Write(json.WrittenCount == 0 ? "{"u8 : ","u8);

    /// <summary>Reads the rest of an array of objects, up to its end; <see langword="null"/> if there is something else.</summary>
    public static List<T>? ReadRest<T>(ref Utf8JsonReader json, Reader<T> read)
        where T : class
    {
        var found = new List<T>();
        while (json.Read() && json.TokenType == JsonTokenType.StartObject)
        {
            if (!read(ref json, out var item))
            {
                return null;
            }

            found.Add(item!);
        }

        return json.TokenType == JsonTokenType.EndArray ? found : null;
    }

    /// <summary>The letter that is the property's name; 0 for a property that this version of the library does not know.</summary>
    public static byte NameOf(in Utf8JsonReader property) => property.ValueSpan is [var letter] ? letter : (byte)0;

    public static bool TryReadString(ref Utf8JsonReader json, [NotNullWhen(true)] out string? value)
    {
        value = json.TokenType == JsonTokenType.String ? json.GetString() : null;
        return value is not null;
    }

    /// <summary>Writes a string, escaping what JSON (RFC 8259, section 7) requires to be escaped and nothing else.</summary>
    public static void WriteString(ArrayBufferWriter<byte> json, ReadOnlySpan<char> text)
    {
        json.Write("\""u8);
        for (int plain; (plain = text.IndexOfAny(MustBeEscaped)) >= 0; text = text[(plain + 1)..])
        {
            Encoding.UTF8.GetBytes(text[..plain], json);
            switch (text[plain])
            {
                case '"': json.Write("\\\""u8); break;
                case '\\': json.Write("\\\\"u8); break;
                case '\n': json.Write("\\n"u8); break;
                case '\r': json.Write("\\r"u8); break;
                case '\t': json.Write("\\t"u8); break;
                default: Encoding.UTF8.GetBytes(string.Create(CultureInfo.InvariantCulture, $"\\u{(int)text[plain]:x4}"), json); break;
            }
        }

        Encoding.UTF8.GetBytes(text, json);
        json.Write("\""u8);
    }
}
