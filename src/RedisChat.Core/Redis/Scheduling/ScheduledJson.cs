using System.Buffers;
using System.Globalization;
using System.Text;
using System.Text.Json;
using StackExchange.Redis;

namespace RedisChat.Redis;

/// <summary>
/// The stored form of a scheduled message: <c>{"at":µs,"s":µs,"u":"alice","c":"text","m":{…},"n":["@bob"],"r":7,"x":µs,"k":"key","a":true,"l":[…],"f":"why not"}</c>, where <c>s</c> is when it was scheduled, and <c>l</c> lists the attachments as a message does. What it does not have is left out.
/// </summary>
internal static class ScheduledJson
{
    public static byte[] Write(ScheduledMessage scheduled, string created)
    {
        var json = new ArrayBufferWriter<byte>(256);
        Encoding.UTF8.GetBytes(string.Create(CultureInfo.InvariantCulture, $"{{\"at\":{Micros.FromTime(scheduled.SendAt)},\"s\":{created},\"u\":"), json);
        JsonParts.WriteString(json, scheduled.Message.User);
        json.Write(",\"c\":"u8);
        JsonParts.WriteString(json, scheduled.Message.Text);
        MessageJson.WriteMetadata(json, scheduled.Message.Metadata);
        MessageJson.WriteMentions(json, scheduled.Message.Mentions);
        if (scheduled.Message.ReplyTo is { } parent)
        {
            Encoding.UTF8.GetBytes(string.Create(CultureInfo.InvariantCulture, $",\"r\":{parent}"), json);
        }

        if (scheduled.Message.ExpiresAfter is { } life)
        {
            Encoding.UTF8.GetBytes(string.Create(CultureInfo.InvariantCulture, $",\"x\":{Micros.FromSpan(life)}"), json);
        }

        WriteText(",\"k\":"u8, scheduled.Message.IdempotencyKey);
        json.Write(scheduled.Message.IsFromApplication ? ",\"a\":true"u8 : ""u8);
        if (scheduled.Message.Attachments.Count > 0)
        {
            json.Write(",\"l\":"u8);
            AttachmentJson.Write(json, scheduled.Message.Attachments);
        }

        WriteText(",\"f\":"u8, scheduled.Failure);
        json.Write("}"u8);
        return json.WrittenSpan.ToArray();

        void WriteText(ReadOnlySpan<byte> name, string? value)
        {
            if (value is not null)
            {
                json.Write(name);
                JsonParts.WriteString(json, value);
            }
        }
    }

    /// <summary>Parses a stored value.</summary>
    /// <param name="hash">The hash, for the error.</param>
    /// <param name="room">The room.</param>
    /// <param name="id">The field.</param>
    /// <param name="text">Its value.</param>
    /// <param name="created">When it was scheduled, in µs.</param>
    /// <exception cref="ChatDataException">It is something else.</exception>
    public static ScheduledMessage Read(string hash, string room, string id, RedisValue text, out string created)
    {
        try
        {
            using var json = JsonDocument.Parse((ReadOnlyMemory<byte>)text);
            var root = json.RootElement;
            created = root.GetProperty("s"u8).GetInt64().ToString(CultureInfo.InvariantCulture);
            return new ScheduledMessage
            {
                Id = id,
                Room = room,
                SendAt = Micros.ToTime(root.GetProperty("at"u8).GetInt64()),
                Failure = Text(root, "f"u8),
                Message = new NewMessage(root.GetProperty("u"u8).GetString()!, root.GetProperty("c"u8).GetString()!)
                {
                    Metadata = root.TryGetProperty("m"u8, out var metadata)
                        ? MetadataCopy.Of(metadata.EnumerateObject().ToDictionary(entry => entry.Name, entry => entry.Value.GetString()!, StringComparer.Ordinal))
                        : Message.NoMetadata,
                    Mentions = root.TryGetProperty("n"u8, out var mentions) ? MessageJson.ReadMentions(mentions) : default,
                    Attachments = root.TryGetProperty("l"u8, out var attachments) ? AttachmentJson.Read(attachments) : default,
                    ReplyTo = root.TryGetProperty("r"u8, out var parent) ? parent.GetInt64() : null,
                    ExpiresAfter = root.TryGetProperty("x"u8, out var life) ? TimeSpan.FromMicroseconds(life.GetInt64()) : null,
                    IdempotencyKey = Text(root, "k"u8),
                    IsFromApplication = root.TryGetProperty("a"u8, out var application) && application.GetBoolean(),
                },
            };
        }
        catch (Exception e) when (e is JsonException or InvalidOperationException or KeyNotFoundException or FormatException or ArgumentException)
        {
            throw new ChatDataException($"Field '{id}' of the hash '{hash}' is not a scheduled message. Another program may be using the same key prefix. Remove it with HDEL if you do not need it.", e)
            {
                Key = hash,
                Field = id,
            };
        }
    }

    private static string? Text(JsonElement root, ReadOnlySpan<byte> name) => root.TryGetProperty(name, out var value) ? value.GetString() : null;
}
