using System.Text.Json;
using System.Text.Json.Serialization;

/// <summary>An application's own context.</summary>
[JsonSourceGenerationOptions(JsonSerializerDefaults.Web)]
[JsonSerializable(typeof(Answer))]
internal sealed partial class OwnContext : JsonSerializerContext;
