using System.Text.Json;
using System.Text.Json.Serialization;

namespace RedisChat;

/// <summary>Writes a <see cref="RoomPosition"/> as a JSON string, its token. As numbers, its parts would lose digits in JavaScript, which is exact to 2^53.</summary>
/// <remarks>The attribute on <see cref="RoomPosition"/> applies it. It is public only because source generators of other assemblies name it.</remarks>
public sealed class RoomPositionJsonConverter : JsonConverter<RoomPosition>
{
    /// <inheritdoc/>
    /// <exception cref="JsonException">The value is not a string that <see cref="RoomPosition.ToString()"/> returned.</exception>
    public override RoomPosition Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options) =>
        reader.TokenType == JsonTokenType.String && RoomPosition.TryParse(reader.GetString(), null, out var position)
            ? position
            : throw new JsonException("This is not a room position. Pass back exactly the string that the chat returned.");

    /// <inheritdoc/>
    public override void Write(Utf8JsonWriter writer, RoomPosition value, JsonSerializerOptions options)
    {
        ArgumentNullException.ThrowIfNull(writer);
        writer.WriteStringValue(value.ToString());
    }
}
