using System.Buffers;
using System.Text;
using System.Text.Json;

namespace RedisChat.Redis;

/// <summary>
/// The details of a deletion, <c>{"u":"mod","r":"spam"}</c>: who deleted the message, and why. They end its entry in the change log and are the second
/// line of its live event; without details, both are left out.
/// </summary>
internal static class DeletionJson
{
    /// <summary>The details as JSON; <see langword="null"/> if there are none.</summary>
    public static string? Write(string? user, string? reason)
    {
        if (user is null && reason is null)
        {
            return null;
        }

        var json = new ArrayBufferWriter<byte>(128);
        WriteProperty("\"u\":"u8, user);
        WriteProperty("\"r\":"u8, reason);
        json.Write("}"u8);
        return Encoding.UTF8.GetString(json.WrittenSpan);

        void WriteProperty(ReadOnlySpan<byte> name, string? value)
        {
            if (value is not null)
            {
                json.Write(json.WrittenCount == 0 ? "{"u8 : ","u8);
                json.Write(name);
                JsonParts.WriteString(json, value);
            }
        }
    }

    /// <summary>The details in a line; both null if it has none or cannot be read.</summary>
    public static (string? User, string? Reason) ReadDetails(ReadOnlySpan<byte> json) => Read(json);

    /// <summary>The event of a deletion, with its details if they can be read. Its position's revision is that of the deletion.</summary>
    public static RoomEvent.Deleted Read(long id, RoomPosition position, ReadOnlySpan<byte> json)
    {
        var (user, reason) = Read(json);
        return new RoomEvent.Deleted(id, position) { User = user, Reason = reason, DeletedAt = Micros.ToTime(position.Revision) };
    }

    private static (string? User, string? Reason) Read(ReadOnlySpan<byte> json)
    {
        string? user = null, reason = null;
        if (json.IsEmpty)
        {
            return (user, reason);
        }

        try
        {
            var reader = new Utf8JsonReader(json);
            if (!reader.Read() || reader.TokenType != JsonTokenType.StartObject)
            {
                return default;
            }

            while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
            {
                var isUser = reader.ValueTextEquals("u"u8);
                var isReason = reader.ValueTextEquals("r"u8);
                reader.Read();
                if (reader.TokenType == JsonTokenType.String && (isUser || isReason))
                {
                    (user, reason) = isUser ? (reader.GetString(), reason) : (user, reader.GetString());
                }
                else
                {
                    reader.Skip();
                }
            }

            return (user, reason);
        }
        catch (Exception e) when (e is JsonException or InvalidOperationException)
        {
            // Not JSON, or a string that is not valid UTF-8. The message is deleted all the same.
            return default;
        }
    }
}
