using System.Text.Json;
using System.Text.Json.Serialization;
using RedisChat.AspNetCore;

namespace RedisChat.AotApp;

/// <summary>The JSON of what the client sends to the hub.</summary>
[JsonSourceGenerationOptions(JsonSerializerDefaults.Web)]
[JsonSerializable(typeof(OpenRoomRequest))]
[JsonSerializable(typeof(PageRequest))]
[JsonSerializable(typeof(SendRequest))]
[JsonSerializable(typeof(string))]
internal sealed partial class RequestContext : JsonSerializerContext;
