using System.Text.Json;
using System.Text.Json.Serialization;

namespace RedisChat.AspNetCore;

/// <summary>The JSON of what streams send and take, apart from the library's own types.</summary>
[JsonSourceGenerationOptions(JsonSerializerDefaults.Web, DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull)]
[JsonSerializable(typeof(StreamOpened))]
[JsonSerializable(typeof(RoomFailure))]
[JsonSerializable(typeof(StreamEnd))]
[JsonSerializable(typeof(StreamRequest))]
[JsonSerializable(typeof(StreamChange))]
[JsonSerializable(typeof(ChatHubEvent))]
internal sealed partial class StreamJsonContext : JsonSerializerContext;
