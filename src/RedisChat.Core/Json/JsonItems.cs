using System.Text.Json;
using System.Text.Json.Serialization.Metadata;

namespace RedisChat;

/// <summary>Reads and writes lists whose items are objects, as part of any options.</summary>
internal static class JsonItems
{
    public static List<T> Read<T>(ref Utf8JsonReader reader, JsonSerializerOptions options, JsonTypeInfo<T> own)
    {
        var items = new List<T>();
        if (reader.TokenType == JsonTokenType.Null)
        {
            return items;
        }

        if (reader.TokenType != JsonTokenType.StartArray)
        {
            throw new JsonException("An array is expected.");
        }

        var item = TypeOf(options, own);
        while (reader.Read() && reader.TokenType != JsonTokenType.EndArray)
        {
            items.Add(JsonSerializer.Deserialize(ref reader, item) ?? throw new JsonException("An item must not be null."));
        }

        return items;
    }

    public static void Write<T>(Utf8JsonWriter writer, IReadOnlyList<T> items, JsonSerializerOptions options, JsonTypeInfo<T> own)
    {
        var item = TypeOf(options, own);
        writer.WriteStartArray();
        for (var i = 0; i < items.Count; i++)
        {
            JsonSerializer.Serialize(writer, items[i], item);
        }

        writer.WriteEndArray();
    }

    // A context of the application's that names the list does not contain the items, because the generator does not see through the converter.
    private static JsonTypeInfo<T> TypeOf<T>(JsonSerializerOptions options, JsonTypeInfo<T> own) =>
        options.TryGetTypeInfo(typeof(T), out var found) && found is JsonTypeInfo<T> typed ? typed : own;
}
