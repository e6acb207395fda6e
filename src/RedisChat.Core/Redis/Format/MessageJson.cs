using System.Buffers;
using System.Buffers.Text;
using System.Diagnostics.CodeAnalysis;
using System.Globalization;
using System.Text;
using System.Text.Json;
using System.Text.Unicode;

namespace RedisChat.Redis;

/// <summary>The stored form of a message: see docs/keys.md, "A message". Property names are one letter, because every message repeats them.</summary>
/// <remarks>
/// Written by hand because the scripts insert the time, because an edit must keep properties that a later version of the library may have added, and
/// because System.Text.Json's writer stores an emoji as twelve bytes of <c>\uXXXX</c> instead of four.
/// </remarks>
internal static class MessageJson
{
    /// <summary>What <c>message_append</c> appends to <c>{"t":&lt;time&gt;</c>: a comma, the properties, the closing brace.</summary>
    public static void WriteTailOfNew(ArrayBufferWriter<byte> json, NewMessage message)
    {
        json.Write(",\"u\":"u8);
        WriteString(json, message.User);
        json.Write(",\"c\":"u8);
        WriteString(json, message.Text);
        WriteMetadata(json, message.Metadata);
        if (message is { IdempotencyKey: { } key, IsKeyGenerated: false })
        {
            json.Write(",\"k\":"u8);
            WriteString(json, key);
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
            WriteString(json, writer.ToString());
        }

        json.Write("}"u8);
    }

    /// <summary>
    /// The part before the time of the edit, which <c>room_change</c> inserts; <see cref="TailOfEdit"/> follows it. Properties that this version of the
    /// library does not know are preserved.
    /// </summary>
    /// <param name="old">The stored message.</param>
    /// <param name="edited">The message after the edit.</param>
    /// <param name="hasMentions">Whether the edit replaces the mentions. Otherwise they are preserved as they are stored.</param>
    /// <param name="hasAttachments">The same of the attachments.</param>
    public static byte[] HeadOfEdit(ReadOnlySpan<byte> old, Message edited, bool hasMentions = false, bool hasAttachments = false)
    {
        var json = new ArrayBufferWriter<byte>(old.Length + edited.Text.Length + 32);
        var properties = new Utf8JsonReader(old);
        var separator = "{"u8;
        properties.Read();
        while (properties.Read() && properties.TokenType == JsonTokenType.PropertyName)
        {
            var name = NameOf(properties);
            var start = (int)properties.TokenStartIndex;
            properties.Read();
            properties.Skip();
            if (name is (byte)'m' or (byte)'v' or (byte)'e' or (byte)'p' || (name == 'n' && hasMentions) || (name == 'a' && hasAttachments))
            {
                continue;
            }

            json.Write(separator);
            if (name == 'c')
            {
                json.Write("\"c\":"u8);
                WriteString(json, edited.Text);
            }
            else
            {
                // Copied byte by byte, because nobody has checked that it is valid Unicode.
                json.Write(old[start..(int)properties.BytesConsumed]);
            }

            separator = ","u8;
        }

        WriteMetadata(json, edited.Metadata);
        if (hasMentions)
        {
            WriteMentions(json, edited.Mentions);
        }

        if (hasAttachments)
        {
            AttachmentJson.WriteProperty(json, edited.Attachments);
        }

        PreviewJson.WriteProperty(json, edited.Previews, edited.PreviewsRevision);
        json.Write(",\"v\":"u8);
        Encoding.UTF8.GetBytes(edited.Version.ToString(CultureInfo.InvariantCulture), json);
        json.Write(",\"e\":"u8);
        return json.WrittenSpan.ToArray();
    }

    /// <summary>A message with other link previews. Everything else is preserved as it is stored.</summary>
    public static byte[] WithPreviews(ReadOnlySpan<byte> old, LinkPreviewList previews, long revision)
    {
        var json = new ArrayBufferWriter<byte>(old.Length + 256);
        var properties = new Utf8JsonReader(old);
        var separator = "{"u8;
        properties.Read();
        while (properties.Read() && properties.TokenType == JsonTokenType.PropertyName)
        {
            var name = NameOf(properties);
            var start = (int)properties.TokenStartIndex;
            properties.Read();
            properties.Skip();
            if (name != 'p')
            {
                json.Write(separator);
                json.Write(old[start..(int)properties.BytesConsumed]);
                separator = ","u8;
            }
        }

        PreviewJson.WriteProperty(json, previews, revision);
        json.Write("}"u8);
        return json.WrittenSpan.ToArray();
    }

    /// <summary>A message whose writing has ended, with its text. Properties that this version of the library does not know are preserved.</summary>
    public static byte[] EndOfWriting(ReadOnlySpan<byte> old, string text, bool isAbandoned)
    {
        var json = new ArrayBufferWriter<byte>(old.Length + text.Length + 32);
        var properties = new Utf8JsonReader(old);
        var separator = "{"u8;
        properties.Read();
        while (properties.Read() && properties.TokenType == JsonTokenType.PropertyName)
        {
            var name = NameOf(properties);
            var start = (int)properties.TokenStartIndex;
            properties.Read();
            properties.Skip();
            if (name == 'w')
            {
                continue;
            }

            json.Write(separator);
            if (name == 'c')
            {
                json.Write("\"c\":"u8);
                WriteString(json, text);
            }
            else
            {
                json.Write(old[start..(int)properties.BytesConsumed]);
            }

            separator = ","u8;
        }

        json.Write(isAbandoned ? ",\"w\":\"-\"}"u8 : "}"u8);
        return json.WrittenSpan.ToArray();
    }

    /// <summary>The end of an edited message, after the time of the edit.</summary>
    public static ReadOnlySpan<byte> TailOfEdit => "}"u8;

    /// <summary>Parses a stored message; <see langword="false"/> if it is not one.</summary>
    /// <param name="id">Its id.</param>
    /// <param name="value">The stored value.</param>
    /// <param name="message">The message.</param>
    /// <param name="names">Reuses the strings of authors that occur repeatedly.</param>
    public static bool TryRead(long id, ReadOnlySpan<byte> value, [NotNullWhen(true)] out Message? message, UserNames? names = null)
    {
        if (TryReadPlain(value, out var time, out var user, out var text))
        {
            message = new Message
            {
                Id = id,
                User = names?.Get(user) ?? Encoding.UTF8.GetString(user),
                Text = Encoding.UTF8.GetString(text),
                Timestamp = Micros.ToTime(time),
            };
            return true;
        }

        try
        {
            return TryReadObject(id, value, out message);
        }
        catch (Exception e) when (e is JsonException or InvalidOperationException)
        {
            // Not JSON, or a string in it is not valid UTF-8 (InvalidOperationException from GetString).
            message = null;
            return false;
        }
    }

    /// <summary>Whether the value is a message. Does not build a <see cref="Message"/> if the value has the most common form.</summary>
    public static bool IsMessage(long id, ReadOnlySpan<byte> value) => TryReadPlain(value, out _, out _, out _) || TryRead(id, value, out _);

    /// <summary>
    /// Parses the form that nearly all messages have: <c>{"t":…,"u":"…","c":"…"}</c>, written by this library, with nothing escaped in it. Any other
    /// form is left to the general parser.
    /// </summary>
    private static bool TryReadPlain(ReadOnlySpan<byte> value, out long time, out ReadOnlySpan<byte> user, out ReadOnlySpan<byte> text)
    {
        user = default;
        text = default;
        if (!value.StartsWith("{\"t\":"u8) || !value.EndsWith("\"}"u8) || value[5] is not (>= (byte)'1' and <= (byte)'9')
            || !Utf8Parser.TryParse(value[5..], out time, out var digits) || time > Micros.Max)
        {
            time = 0;
            return false;
        }

        var rest = value[(5 + digits)..];
        if (!rest.StartsWith(",\"u\":\""u8))
        {
            return false;
        }

        rest = rest[6..];
        var end = rest.IndexOfAny(NotPlain);
        if (end < 0 || !rest[end..].StartsWith("\",\"c\":\""u8))
        {
            return false;
        }

        user = rest[..end];
        rest = rest[(end + 7)..];
        if (rest.Length < 2 || rest.IndexOfAny(NotPlain) != rest.Length - 2)
        {
            return false;
        }

        text = rest[..^2];
        return Utf8.IsValid(user) && Utf8.IsValid(text);
    }

    private static bool TryReadObject(long id, ReadOnlySpan<byte> value, [NotNullWhen(true)] out Message? message)
    {
        message = null;
        long time = -1, editedAt = -1, expiresAt = -1, parent = 0;
        var version = 1;
        string? user = null, text = null, key = null, writing = null;
        var metadata = Message.NoMetadata;
        MentionList mentions = default;
        AttachmentList attachments = default;
        LinkPreviewList previews = default;
        long previewsRevision = 0;

        var json = new Utf8JsonReader(value);
        if (!json.Read() || json.TokenType != JsonTokenType.StartObject)
        {
            return false;
        }

        while (json.Read() && json.TokenType == JsonTokenType.PropertyName)
        {
            var name = NameOf(json);
            json.Read();
            switch (name)
            {
                case (byte)'t' when !TryReadTime(ref json, out time):
                case (byte)'e' when !TryReadTime(ref json, out editedAt):
                case (byte)'x' when !TryReadTime(ref json, out expiresAt):
                case (byte)'v' when json.TokenType != JsonTokenType.Number || !json.TryGetInt32(out version) || version is < 1 or int.MaxValue:
                case (byte)'u' when !TryReadString(ref json, out user):
                case (byte)'c' when !TryReadString(ref json, out text):
                case (byte)'m' when !TryReadMetadata(ref json, out metadata):
                case (byte)'k' when !TryReadString(ref json, out key):
                case (byte)'w' when !TryReadString(ref json, out writing):
                case (byte)'r' when json.TokenType != JsonTokenType.Number || !json.TryGetInt64(out parent) || parent is < 1 or > ChatLimits.MaxMessageId:
                case (byte)'n' when !TryReadMentions(ref json, out mentions):
                case (byte)'a' when !AttachmentJson.TryRead(ref json, out attachments):
                case (byte)'p' when !PreviewJson.TryRead(ref json, out previews, out previewsRevision):
                case (byte)'z':
                    // Encrypted: without decryption, it would be a message without text.
                    return false;
                case (byte)'t' or (byte)'e' or (byte)'v' or (byte)'u' or (byte)'c' or (byte)'m' or (byte)'k' or (byte)'r' or (byte)'n' or (byte)'w' or (byte)'x' or (byte)'a' or (byte)'p':
                    break;
                default:
                    json.Skip();
                    break;
            }
        }

        // Reading on detects content after the object, which is an error too.
        if (json.TokenType != JsonTokenType.EndObject || json.Read() || time < 0 || user is null || text is null)
        {
            return false;
        }

        message = new Message
        {
            Id = id,
            User = user,
            Text = text,
            Timestamp = Micros.ToTime(time),
        };
        if (version != 1 || editedAt >= 0 || metadata.Count > 0 || key is not null || parent > 0 || mentions.Count > 0 || writing is not null || expiresAt >= 0 || attachments.Count > 0 || previews.Count > 0)
        {
            var lease = writing is null ? null : WritingLease.TryParse(writing);
            message = message.With(
                version, editedAt < 0 ? null : Micros.ToTime(editedAt), metadata, key, parent > 0 ? parent : null, mentions,
                writing is null ? null : lease is null ? WritingState.Abandoned : WritingState.InProgress, lease, expiresAt < 0 ? null : Micros.ToTime(expiresAt), attachments, previews, previewsRevision);
        }

        return true;
    }

    /// <summary>The letter that is the property's name; 0 for a property that this version of the library does not know.</summary>
    internal static byte NameOf(in Utf8JsonReader property) => property.ValueSpan is [var letter] ? letter : (byte)0;

    private static bool TryReadTime(ref Utf8JsonReader json, out long time)
    {
        time = -1;
        return json.TokenType == JsonTokenType.Number && json.TryGetInt64(out time) && time >= 0 && time <= Micros.Max;
    }

    internal static bool TryReadString(ref Utf8JsonReader json, [NotNullWhen(true)] out string? value)
    {
        value = json.TokenType == JsonTokenType.String ? json.GetString() : null;
        return value is not null;
    }

    private static bool TryReadMetadata(ref Utf8JsonReader json, out IReadOnlyDictionary<string, string> metadata)
    {
        var entries = new Dictionary<string, string>(StringComparer.Ordinal);
        metadata = entries;
        if (json.TokenType != JsonTokenType.StartObject)
        {
            return false;
        }

        while (json.Read() && json.TokenType == JsonTokenType.PropertyName)
        {
            var name = json.GetString()!;
            json.Read();
            if (!TryReadString(ref json, out var value))
            {
                return false;
            }

            entries[name] = value;
        }

        return json.TokenType == JsonTokenType.EndObject;
    }

    private static bool TryReadMentions(ref Utf8JsonReader json, out MentionList mentions)
    {
        mentions = default;
        if (json.TokenType != JsonTokenType.StartArray)
        {
            return false;
        }

        var found = new List<Mention>();
        while (json.Read() && json.TokenType == JsonTokenType.String)
        {
            if (Mention.OfStored(json.GetString()!) is { } mention)
            {
                found.Add(mention);
            }
        }

        mentions = [.. found];
        return json.TokenType == JsonTokenType.EndArray;
    }

    /// <summary>The mentions in an array of words. Those of a kind that a later version may have are left out.</summary>
    public static MentionList ReadMentions(JsonElement words) => [.. words.EnumerateArray().Select(word => Mention.OfStored(word.GetString()!)).OfType<Mention>()];

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
            WriteString(json, mentions[i].ToString());
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
            WriteString(json, name);
            json.Write(":"u8);
            WriteString(json, value);
            separator = ","u8;
        }

        json.Write("}"u8);
    }

    /// <summary>Writes a string, escaping what JSON (RFC 8259, section 7) requires to be escaped and nothing else.</summary>
    internal static void WriteString(ArrayBufferWriter<byte> json, ReadOnlySpan<char> text)
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

    private static readonly SearchValues<byte> NotPlain =
        SearchValues.Create([(byte)'"', (byte)'\\', .. Enumerable.Range(0, 0x20).Select(c => (byte)c)]);

    private static readonly SearchValues<char> MustBeEscaped =
        SearchValues.Create(['"', '\\', .. Enumerable.Range(0, 0x20).Select(c => (char)c)]);
}
