using System.Buffers;
using System.Globalization;
using System.Text;

namespace RedisChat.Redis;

/// <content>What changes make of a stored message. Properties that this version of the library does not know are preserved.</content>
internal static partial class MessageJson
{
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
        var properties = new StoredProperties(old);
        while (properties.MoveNext())
        {
            if (properties.Name is (byte)'m' or (byte)'v' or (byte)'e' or (byte)'p' || (properties.Name == 'n' && hasMentions) || (properties.Name == 'a' && hasAttachments))
            {
                continue;
            }

            JsonParts.BeginProperty(json);
            if (properties.Name == 'c')
            {
                json.Write("\"c\":"u8);
                JsonParts.WriteString(json, edited.Text);
            }
            else
            {
                json.Write(properties.Whole);
            }
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
        var properties = new StoredProperties(old);
        while (properties.MoveNext())
        {
            if (properties.Name != 'p')
            {
                JsonParts.BeginProperty(json);
                json.Write(properties.Whole);
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
        var properties = new StoredProperties(old);
        while (properties.MoveNext())
        {
            if (properties.Name == 'w')
            {
                continue;
            }

            JsonParts.BeginProperty(json);
            if (properties.Name == 'c')
            {
                json.Write("\"c\":"u8);
                JsonParts.WriteString(json, text);
            }
            else
            {
                json.Write(properties.Whole);
            }
        }

        json.Write(isAbandoned ? ",\"w\":\"-\"}"u8 : "}"u8);
        return json.WrittenSpan.ToArray();
    }

    /// <summary>The end of an edited message, after the time of the edit.</summary>
    public static ReadOnlySpan<byte> TailOfEdit => "}"u8;
}
