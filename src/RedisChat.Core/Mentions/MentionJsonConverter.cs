using System.Text.Json;
using System.Text.Json.Serialization;

namespace RedisChat;

/// <summary>Writes a <see cref="Mention"/> as a JSON string, its word: <c>"@ann"</c>, <c>"&amp;moderator"</c> or <c>"*"</c>.</summary>
/// <remarks>The attribute on <see cref="Mention"/> applies it. It is public only because source generators of other assemblies name it.</remarks>
public sealed class MentionJsonConverter : JsonConverter<Mention>
{
    /// <inheritdoc/>
    /// <exception cref="JsonException">The value is not a string that <see cref="Mention.ToString()"/> returned.</exception>
    public override Mention Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options) =>
        reader.TokenType == JsonTokenType.String && Mention.TryParse(reader.GetString(), out var mention)
            ? mention
            : throw new JsonException("This is not a mention. Write \"@\" and a user's id, \"&\" and the name of a role, or \"*\" for everyone.");

    /// <inheritdoc/>
    public override void Write(Utf8JsonWriter writer, Mention value, JsonSerializerOptions options)
    {
        ArgumentNullException.ThrowIfNull(writer);
        ArgumentNullException.ThrowIfNull(value);
        writer.WriteStringValue(value.ToString());
    }
}
