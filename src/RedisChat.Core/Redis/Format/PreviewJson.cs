using System.Buffers;
using System.Text.Json;

namespace RedisChat.Redis;

/// <summary>
/// The stored form of link previews: the revision of the change that wrote them, and then the previews, <c>[1789560000000000,{"a":"https://example.org/","t":"title","d":"description","i":"https://example.org/i.png","s":"site"}]</c>.
/// What a preview does not have is left out.
/// </summary>
internal static class PreviewJson
{
    /// <summary>Writes the property of a message, after a comma; nothing if there are no previews.</summary>
    public static void WriteProperty(ArrayBufferWriter<byte> json, LinkPreviewList previews, long revision)
    {
        if (previews.Count > 0)
        {
            json.Write(",\"p\":"u8);
            Write(json, previews, revision);
        }
    }

    public static void Write(ArrayBufferWriter<byte> json, LinkPreviewList previews, long revision)
    {
        JsonParts.Number(json, "["u8, revision);
        for (var i = 0; i < previews.Count; i++)
        {
            json.Write(",{\"a\":"u8);
            JsonParts.WriteString(json, previews[i].Address);
            JsonParts.Text(json, ",\"t\":"u8, previews[i].Title);
            JsonParts.Text(json, ",\"d\":"u8, previews[i].Description);
            JsonParts.Text(json, ",\"i\":"u8, previews[i].Image);
            JsonParts.Text(json, ",\"s\":"u8, previews[i].SiteName);
            json.Write("}"u8);
        }

        json.Write("]"u8);
    }

    /// <summary>Reads an array of previews; <see langword="false"/> if it is something else.</summary>
    public static bool TryRead(ref Utf8JsonReader json, out LinkPreviewList previews, out long revision)
    {
        (previews, revision) = (default, 0);
        if (json.TokenType != JsonTokenType.StartArray || !json.Read() || json.TokenType != JsonTokenType.Number || !json.TryGetInt64(out revision) || revision < 0 || revision > Micros.Max)
        {
            return false;
        }

        var found = JsonParts.ReadRest<LinkPreview>(ref json, TryReadOne);
        previews = found is null ? default : [.. found];
        return found is not null;
    }

    private static bool TryReadOne(ref Utf8JsonReader json, out LinkPreview? preview)
    {
        string? address = null, title = null, description = null, image = null, site = null;
        preview = null;
        while (json.Read() && json.TokenType == JsonTokenType.PropertyName)
        {
            var property = JsonParts.NameOf(json);
            json.Read();
            switch (property)
            {
                case (byte)'a' when !JsonParts.TryReadString(ref json, out address):
                case (byte)'t' when !JsonParts.TryReadString(ref json, out title):
                case (byte)'d' when !JsonParts.TryReadString(ref json, out description):
                case (byte)'i' when !JsonParts.TryReadString(ref json, out image):
                case (byte)'s' when !JsonParts.TryReadString(ref json, out site):
                    return false;
                case (byte)'a' or (byte)'t' or (byte)'d' or (byte)'i' or (byte)'s':
                    break;
                default:
                    json.Skip();
                    break;
            }
        }

        if (json.TokenType != JsonTokenType.EndObject || address is null || title is null)
        {
            return false;
        }

        preview = new LinkPreview { Address = address, Title = title, Description = description, Image = image, SiteName = site };
        return true;
    }
}
