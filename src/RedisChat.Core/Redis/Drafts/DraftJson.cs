using System.Buffers;
using System.Text.Json;
using StackExchange.Redis;

namespace RedisChat.Redis;

/// <summary>The stored form of a draft: <c>{"v":revision,"c":"text","m":{…}}</c>. Metadata that is empty is left out.</summary>
internal static class DraftJson
{
    /// <summary>The part before the revision, which the script inserts.</summary>
    public const string Head = """{"v":""";

    /// <summary>The part after the revision.</summary>
    public static byte[] Tail(Draft draft)
    {
        var json = new ArrayBufferWriter<byte>(256);
        json.Write(",\"c\":"u8);
        JsonParts.WriteString(json, draft.Text);
        MessageJson.WriteMetadata(json, draft.Metadata);
        json.Write("}"u8);
        return json.WrittenSpan.ToArray();
    }

    /// <summary>Parses a stored draft; <see langword="false"/> if the text is something else. Ignores properties of later versions.</summary>
    public static bool TryRead(string room, ReadOnlyMemory<byte> text, out Draft draft)
    {
        draft = new Draft { Room = room, Text = "", SavedAt = default };
        try
        {
            using var json = JsonDocument.Parse(text);
            var root = json.RootElement;
            if (root.ValueKind != JsonValueKind.Object || !root.TryGetProperty("v"u8, out var version) || !version.TryGetInt64(out var revision)
                || revision < 0 || revision > Micros.Max || !root.TryGetProperty("c"u8, out var content) || content.GetString() is not { } words)
            {
                return false;
            }

            draft = new Draft
            {
                Room = room,
                Text = words,
                SavedAt = Micros.ToTime(revision),
                Metadata = root.TryGetProperty("m"u8, out var metadata)
                    ? metadata.EnumerateObject().ToDictionary(entry => entry.Name, entry => entry.Value.GetString()!, StringComparer.Ordinal)
                    : Message.NoMetadata,
            };
            return true;
        }
        catch (Exception e) when (e is JsonException or InvalidOperationException or ArgumentException)
        {
            // Not JSON, another type of value, text that is not valid UTF-8, or a name that occurs twice.
            return false;
        }
    }

    /// <summary>The draft in a field; <see langword="null"/> if there is none.</summary>
    /// <param name="hash">The hash, for the error.</param>
    /// <param name="room">The field.</param>
    /// <param name="text">Its value.</param>
    public static Draft? Read(string hash, string room, RedisValue text) =>
        text.IsNull ? null
        : TryRead(room, text, out var draft) ? draft
        : throw new ChatDataException($"A field of the hash '{hash}' is not a draft. Another program may be using the same key prefix.") { Key = hash };
}
