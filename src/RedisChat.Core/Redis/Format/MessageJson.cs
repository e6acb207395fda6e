using System.Buffers;
using System.Buffers.Text;

namespace RedisChat.Redis;

/// <summary>The stored form of a message: see docs/keys.md, "A message". Property names are one letter, because every message repeats them.</summary>
/// <remarks>
/// Written by hand because the scripts insert the time, because an edit must keep properties that a later version of the library may have added, and
/// because System.Text.Json's writer stores an emoji as twelve bytes of <c>\uXXXX</c> instead of four.
/// </remarks>
internal static partial class MessageJson
{
    /// <summary>What <c>message_append</c> appends to <c>{"t":&lt;time&gt;</c>: a comma, the properties, the closing brace.</summary>
    public static void WriteTailOfNew(ArrayBufferWriter<byte> json, NewMessage message)
    {
        json.Write(",\"u\":"u8);
        JsonParts.WriteString(json, message.User);
        json.Write(",\"c\":"u8);
        JsonParts.WriteString(json, message.Text);
        WriteMetadata(json, message.Metadata);
        if (message is { IdempotencyKey: { } key, IsKeyGenerated: false })
        {
            json.Write(",\"k\":"u8);
            JsonParts.WriteString(json, key);
        }

        if (message.ReplyTo is { } parent)
        {
            json.Write(",\"r\":"u8);
            Utf8Formatter.TryFormat(parent, json.GetSpan(20), out var length);
            json.Advance(length);
        }

        WriteMentions(json, message.Mentions);
        AttachmentJson.WriteProperty(json, message.Attachments);
        if (message.Writer is { } writer)
        {
            json.Write(",\"w\":"u8);
            JsonParts.WriteString(json, writer.ToString());
        }

        json.Write("}"u8);
    }

    public static void WriteMentions(ArrayBufferWriter<byte> json, MentionList mentions)
    {
        if (mentions.Count == 0)
        {
            return;
        }

        var separator = ",\"n\":["u8;
        for (var i = 0; i < mentions.Count; i++)
        {
            json.Write(separator);
            JsonParts.WriteString(json, mentions[i].ToString());
            separator = ","u8;
        }

        json.Write("]"u8);
    }

    internal static void WriteMetadata(ArrayBufferWriter<byte> json, IReadOnlyDictionary<string, string> metadata)
    {
        if (metadata.Count == 0)
        {
            return;
        }

        // In a fixed order, so that the same message always has the same digest.
        var separator = ",\"m\":{"u8;
        foreach (var (name, value) in metadata.OrderBy(entry => entry.Key, StringComparer.Ordinal))
        {
            json.Write(separator);
            JsonParts.WriteString(json, name);
            json.Write(":"u8);
            JsonParts.WriteString(json, value);
            separator = ","u8;
        }

        json.Write("}"u8);
    }
}
