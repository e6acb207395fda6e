using System.Text.Json;
using System.Text.Json.Serialization;

namespace RedisChat;

/// <summary>Writes a <see cref="MentionList"/> as a JSON array of words: <c>["@ann","*"]</c>.</summary>
/// <remarks>The attribute on <see cref="MentionList"/> applies it. It is public only because source generators of other assemblies name it.</remarks>
public sealed class MentionListJsonConverter : JsonConverter<MentionList>
{
    private static readonly MentionJsonConverter Each = new();

    /// <inheritdoc/>
    public override bool HandleNull => true;

    /// <inheritdoc/>
    /// <exception cref="JsonException">The value is not an array of mentions.</exception>
    public override MentionList Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options)
    {
        if (reader.TokenType == JsonTokenType.Null)
        {
            return default;
        }

        if (reader.TokenType != JsonTokenType.StartArray)
        {
            throw new JsonException("Mentions are an array of strings.");
        }

        var mentions = new List<Mention>();
        while (reader.Read() && reader.TokenType != JsonTokenType.EndArray)
        {
            mentions.Add(Each.Read(ref reader, typeof(Mention), options));
        }

        return [.. mentions];
    }

    /// <inheritdoc/>
    public override void Write(Utf8JsonWriter writer, MentionList value, JsonSerializerOptions options)
    {
        ArgumentNullException.ThrowIfNull(writer);
        writer.WriteStartArray();
        foreach (var mention in value)
        {
            Each.Write(writer, mention, options);
        }

        writer.WriteEndArray();
    }
}
