using System.Buffers;
using System.Globalization;
using System.Text;
using System.Text.Json;
using StackExchange.Redis;

namespace RedisChat.Redis;

/// <summary>The stored form of a room's settings: <c>{"v":revision,"n":"name","t":"topic","m":{…},"x":µs,"k":{"a":µs,"c":count}}</c>. Empty parts are left out.</summary>
internal static class AboutJson
{
    /// <summary>The field of the room's hash.</summary>
    public const string Field = "about";

    /// <summary>The part before the revision, which the script inserts.</summary>
    public const string Head = """{"v":""";

    /// <summary>The part after the revision.</summary>
    public static byte[] Tail(RoomAbout about)
    {
        var json = new ArrayBufferWriter<byte>(256);
        if (about.Name.Length > 0)
        {
            json.Write(",\"n\":"u8);
            JsonParts.WriteString(json, about.Name);
        }

        if (about.Topic.Length > 0)
        {
            json.Write(",\"t\":"u8);
            JsonParts.WriteString(json, about.Topic);
        }

        MessageJson.WriteMetadata(json, about.Metadata);
        if (about.MessagesExpireAfter is { } life)
        {
            Encoding.UTF8.GetBytes(string.Create(CultureInfo.InvariantCulture, $",\"x\":{Micros.FromSpan(life)}"), json);
        }

        if (about.Retention is { } retention)
        {
            json.Write(",\"k\":{"u8);
            var parts = new List<string>();
            if (retention.MaxAge is { } age)
            {
                parts.Add(string.Create(CultureInfo.InvariantCulture, $"\"a\":{Micros.FromSpan(age)}"));
            }

            if (retention.MaxMessages is { } most)
            {
                parts.Add(string.Create(CultureInfo.InvariantCulture, $"\"c\":{most}"));
            }

            Encoding.UTF8.GetBytes(string.Join(',', parts), json);
            json.Write("}"u8);
        }

        json.Write("}"u8);
        return json.WrittenSpan.ToArray();
    }

    /// <summary>Parses stored settings; <see langword="false"/> if the text is something else. Ignores properties of later versions.</summary>
    public static bool TryRead(ReadOnlyMemory<byte> text, out RoomAbout about, out long revision)
    {
        (about, revision) = (RoomAbout.None, 0);
        try
        {
            using var json = JsonDocument.Parse(text);
            var root = json.RootElement;
            if (root.ValueKind != JsonValueKind.Object || !root.TryGetProperty("v"u8, out var version) || !version.TryGetInt64(out revision))
            {
                return false;
            }

            about = new RoomAbout
            {
                Name = Text(root, "n"u8),
                Topic = Text(root, "t"u8),
                Metadata = root.TryGetProperty("m"u8, out var metadata)
                    ? metadata.EnumerateObject().ToDictionary(entry => entry.Name, entry => entry.Value.GetString()!, StringComparer.Ordinal)
                    : Message.NoMetadata,
                Retention = root.TryGetProperty("k"u8, out var kept)
                    ? new RetentionPolicy
                    {
                        MaxAge = kept.TryGetProperty("a"u8, out var age) ? TimeSpan.FromMicroseconds(age.GetInt64()) : null,
                        MaxMessages = kept.TryGetProperty("c"u8, out var most) ? most.GetInt64() : null,
                    }
                    : null,
                MessagesExpireAfter = root.TryGetProperty("x"u8, out var life) ? TimeSpan.FromMicroseconds(life.GetInt64()) : null,
            };
            return true;
        }
        catch (Exception e) when (e is JsonException or InvalidOperationException or ArgumentException or FormatException or OverflowException)
        {
            // Not JSON, another type of value, text that is not valid UTF-8, or a name that occurs twice.
            return false;
        }
    }

    /// <summary>The error for settings that cannot be read.</summary>
    public static ChatDataException Unreadable(KeyNames keys, string room) =>
        new($"Field {Field} of the hash '{keys.Room(room)}' does not hold settings. Another program may be using the same key prefix.")
        {
            Key = keys.Room(room),
            Field = Field,
        };

    /// <summary>The settings in a field; <see langword="null"/> if the room has none.</summary>
    public static RoomAbout? Read(KeyNames keys, string room, RedisValue text) =>
        text.IsNull ? null : TryRead(text, out var about, out _) ? about : throw Unreadable(keys, room);

    private static string Text(JsonElement root, ReadOnlySpan<byte> name) => root.TryGetProperty(name, out var text) ? text.GetString() ?? "" : "";
}
