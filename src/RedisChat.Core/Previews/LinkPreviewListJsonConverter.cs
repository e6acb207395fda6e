using System.Text.Json;
using System.Text.Json.Serialization;

namespace RedisChat;

/// <summary>Writes a <see cref="LinkPreviewList"/> as a JSON array.</summary>
/// <remarks>The attribute on <see cref="LinkPreviewList"/> applies it. It is public only because source generators of other assemblies name it.</remarks>
public sealed class LinkPreviewListJsonConverter : JsonConverter<LinkPreviewList>
{
    /// <inheritdoc/>
    public override bool HandleNull => true;

    /// <inheritdoc/>
    /// <exception cref="JsonException">The value is not an array of link previews.</exception>
    public override LinkPreviewList Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options) =>
        [.. JsonItems.Read(ref reader, options, ChatJsonContext.Default.LinkPreview)];

    /// <inheritdoc/>
    public override void Write(Utf8JsonWriter writer, LinkPreviewList value, JsonSerializerOptions options)
    {
        ArgumentNullException.ThrowIfNull(writer);
        JsonItems.Write(writer, value, options, ChatJsonContext.Default.LinkPreview);
    }
}
