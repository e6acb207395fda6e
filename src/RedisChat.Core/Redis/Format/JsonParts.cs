using System.Buffers;
using System.Buffers.Text;
using System.Text.Json;

namespace RedisChat.Redis;

/// <summary>What the stored forms of attachments and link previews have in common.</summary>
internal static class JsonParts
{
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
            MessageJson.WriteString(json, value);
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
}
