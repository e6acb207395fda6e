using System.Text.Json;
using System.Text.Json.Serialization;

namespace RedisChat;

/// <summary>Writes an <see cref="AttachmentList"/> as a JSON array.</summary>
/// <remarks>The attribute on <see cref="AttachmentList"/> applies it. It is public only because source generators of other assemblies name it.</remarks>
public sealed class AttachmentListJsonConverter : JsonConverter<AttachmentList>
{
    /// <inheritdoc/>
    public override bool HandleNull => true;

    /// <inheritdoc/>
    /// <exception cref="JsonException">The value is not an array of attachments.</exception>
    public override AttachmentList Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options) =>
        [.. JsonItems.Read(ref reader, options, ChatJsonContext.Default.Attachment)];

    /// <inheritdoc/>
    public override void Write(Utf8JsonWriter writer, AttachmentList value, JsonSerializerOptions options)
    {
        ArgumentNullException.ThrowIfNull(writer);
        JsonItems.Write(writer, value, options, ChatJsonContext.Default.Attachment);
    }
}
