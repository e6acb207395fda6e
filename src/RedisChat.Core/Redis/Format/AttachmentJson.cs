using System.Buffers;
using System.Text.Json;

namespace RedisChat.Redis;

/// <summary>
/// The stored form of attachments: <c>[{"k":"image","n":"cat.png","t":"image/png","s":1234,"a":"address","p":{"t":"text","a":"thumbnail","w":64,"h":48}}]</c>. What one does not have is left out.
/// </summary>
internal static class AttachmentJson
{
    /// <summary>Writes the property of a message, after a comma; nothing if there are no attachments.</summary>
    public static void WriteProperty(ArrayBufferWriter<byte> json, AttachmentList attachments)
    {
        if (attachments.Count > 0)
        {
            json.Write(",\"a\":"u8);
            Write(json, attachments);
        }
    }

    public static void Write(ArrayBufferWriter<byte> json, AttachmentList attachments)
    {
        var separator = "[{\"k\":"u8;
        for (var i = 0; i < attachments.Count; i++)
        {
            var attachment = attachments[i];
            json.Write(separator);
            JsonParts.WriteString(json, attachment.Kind);
            JsonParts.Text(json, ",\"n\":"u8, attachment.Name);
            JsonParts.Text(json, ",\"t\":"u8, attachment.MediaType);
            JsonParts.Number(json, ",\"s\":"u8, attachment.Size);
            JsonParts.Text(json, ",\"a\":"u8, attachment.Address);
            if (attachment.Preview is { } preview)
            {
                json.Write(",\"p\":{"u8);
                var start = json.WrittenCount;
                JsonParts.Text(json, Name(",\"t\":"u8), preview.Text);
                JsonParts.Text(json, Name(",\"a\":"u8), preview.Address);
                JsonParts.Number(json, Name(",\"w\":"u8), preview.Width);
                JsonParts.Number(json, Name(",\"h\":"u8), preview.Height);
                json.Write("}"u8);

                ReadOnlySpan<byte> Name(ReadOnlySpan<byte> name) => json.WrittenCount == start ? name[1..] : name;
            }

            json.Write("}"u8);
            separator = ",{\"k\":"u8;
        }

        json.Write(attachments.Count == 0 ? "[]"u8 : "]"u8);
    }

    /// <summary>Reads an array of attachments; <see langword="false"/> if it is something else.</summary>
    public static bool TryRead(ref Utf8JsonReader json, out AttachmentList attachments)
    {
        var found = json.TokenType == JsonTokenType.StartArray ? JsonParts.ReadRest<Attachment>(ref json, TryReadOne) : null;
        attachments = found is null ? default : [.. found];
        return found is not null;
    }

    /// <summary>Reads the attachments in a stored array; empty if it is something else.</summary>
    public static AttachmentList Read(JsonElement array)
    {
        var json = new Utf8JsonReader(System.Text.Encoding.UTF8.GetBytes(array.GetRawText()));
        json.Read();
        return TryRead(ref json, out var attachments) ? attachments : throw new JsonException("It is no list of attachments.");
    }

    private static bool TryReadOne(ref Utf8JsonReader json, out Attachment? attachment)
    {
        string? kind = null, name = null, type = null, address = null;
        long size = -1;
        AttachmentPreview? preview = null;
        attachment = null;
        while (json.Read() && json.TokenType == JsonTokenType.PropertyName)
        {
            var property = JsonParts.NameOf(json);
            json.Read();
            switch (property)
            {
                case (byte)'k' when !JsonParts.TryReadString(ref json, out kind):
                case (byte)'n' when !JsonParts.TryReadString(ref json, out name):
                case (byte)'t' when !JsonParts.TryReadString(ref json, out type):
                case (byte)'a' when !JsonParts.TryReadString(ref json, out address):
                case (byte)'s' when json.TokenType != JsonTokenType.Number || !json.TryGetInt64(out size) || size < 0:
                case (byte)'p' when !TryReadPreview(ref json, out preview):
                    return false;
                case (byte)'k' or (byte)'n' or (byte)'t' or (byte)'a' or (byte)'s' or (byte)'p':
                    break;
                default:
                    json.Skip();
                    break;
            }
        }

        if (json.TokenType != JsonTokenType.EndObject || kind is null || name is null || type is null || address is null || size < 0)
        {
            return false;
        }

        attachment = new Attachment { Kind = kind, Name = name, MediaType = type, Size = size, Address = address, Preview = preview };
        return true;
    }

    private static bool TryReadPreview(ref Utf8JsonReader json, out AttachmentPreview? preview)
    {
        string? text = null, address = null;
        int width = 0, height = 0;
        preview = null;
        if (json.TokenType != JsonTokenType.StartObject)
        {
            return false;
        }

        while (json.Read() && json.TokenType == JsonTokenType.PropertyName)
        {
            var property = JsonParts.NameOf(json);
            json.Read();
            switch (property)
            {
                case (byte)'t' when !JsonParts.TryReadString(ref json, out text):
                case (byte)'a' when !JsonParts.TryReadString(ref json, out address):
                case (byte)'w' when json.TokenType != JsonTokenType.Number || !json.TryGetInt32(out width) || width < 1:
                case (byte)'h' when json.TokenType != JsonTokenType.Number || !json.TryGetInt32(out height) || height < 1:
                    return false;
                case (byte)'t' or (byte)'a' or (byte)'w' or (byte)'h':
                    break;
                default:
                    json.Skip();
                    break;
            }
        }

        preview = new AttachmentPreview { Text = text, Address = address, Width = width > 0 ? width : null, Height = height > 0 ? height : null };
        return json.TokenType == JsonTokenType.EndObject;
    }
}
