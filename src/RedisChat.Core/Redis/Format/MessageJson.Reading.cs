using System.Buffers;
using System.Buffers.Text;
using System.Diagnostics.CodeAnalysis;
using System.Text;
using System.Text.Json;
using System.Text.Unicode;

namespace RedisChat.Redis;

/// <content>Parses stored messages.</content>
internal static partial class MessageJson
{
    private static readonly SearchValues<byte> NotPlain =
        SearchValues.Create([(byte)'"', (byte)'\\', .. Enumerable.Range(0, 0x20).Select(c => (byte)c)]);

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
            var name = JsonParts.NameOf(json);
            json.Read();
            switch (name)
            {
                case (byte)'t' when !TryReadTime(ref json, out time):
                case (byte)'e' when !TryReadTime(ref json, out editedAt):
                case (byte)'x' when !TryReadTime(ref json, out expiresAt):
                case (byte)'v' when json.TokenType != JsonTokenType.Number || !json.TryGetInt32(out version) || version is < 1 or int.MaxValue:
                case (byte)'u' when !JsonParts.TryReadString(ref json, out user):
                case (byte)'c' when !JsonParts.TryReadString(ref json, out text):
                case (byte)'m' when !TryReadMetadata(ref json, out metadata):
                case (byte)'k' when !JsonParts.TryReadString(ref json, out key):
                case (byte)'w' when !JsonParts.TryReadString(ref json, out writing):
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

    private static bool TryReadTime(ref Utf8JsonReader json, out long time)
    {
        time = -1;
        return json.TokenType == JsonTokenType.Number && json.TryGetInt64(out time) && time >= 0 && time <= Micros.Max;
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
            if (!JsonParts.TryReadString(ref json, out var value))
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
}
