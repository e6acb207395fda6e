using System.Text.Json;
using System.Text.Json.Serialization;

namespace RedisChat.Tool;

/// <summary>The JSON of the documents that only the tool has. Property names and omissions are those of <see cref="ChatJsonContext"/>.</summary>
[JsonSourceGenerationOptions(JsonSerializerDefaults.Web, DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull)]
[JsonSerializable(typeof(RoomDocument))]
[JsonSerializable(typeof(TrimmedRoom))]
[JsonSerializable(typeof(SentDocument))]
[JsonSerializable(typeof(DeletedRoom))]
[JsonSerializable(typeof(ArchivedRoom))]
[JsonSerializable(typeof(ChangedKeys))]
[JsonSerializable(typeof(AddedMasterKey))]
internal sealed partial class ToolJsonContext : JsonSerializerContext;
