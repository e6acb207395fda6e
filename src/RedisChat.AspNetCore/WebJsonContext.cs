using System.Text.Json;
using System.Text.Json.Serialization;

namespace RedisChat.AspNetCore;

/// <summary>The JSON of requests and of what only the web has, with the options of <see cref="ChatJsonContext"/>.</summary>
[JsonSourceGenerationOptions(JsonSerializerDefaults.Web, DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull)]
[JsonSerializable(typeof(ChatProblem))]
[JsonSerializable(typeof(SendRequest))]
[JsonSerializable(typeof(string))]
[JsonSerializable(typeof(EditRequest))]
[JsonSerializable(typeof(DeletionRequest))]
[JsonSerializable(typeof(CreateRoomRequest))]
[JsonSerializable(typeof(ChangeRoomRequest))]
[JsonSerializable(typeof(RulesRequest))]
[JsonSerializable(typeof(DirectRequest))]
[JsonSerializable(typeof(RoleRequest))]
[JsonSerializable(typeof(InviteRequest))]
[JsonSerializable(typeof(RestrictionRequest))]
[JsonSerializable(typeof(MarkerRequest))]
[JsonSerializable(typeof(DraftRequest))]
[JsonSerializable(typeof(ScheduleRequest))]
[JsonSerializable(typeof(RescheduleRequest))]
[JsonSerializable(typeof(SearchRequest))]
[JsonSerializable(typeof(CallerAnswer))]
[JsonSerializable(typeof(DirectAnswer))]
[JsonSerializable(typeof(RightsAnswer))]
[JsonSerializable(typeof(StreamRequest))]
[JsonSerializable(typeof(StreamChange))]
[JsonSerializable(typeof(StreamOpened))]
[JsonSerializable(typeof(StreamEnd))]
[JsonSerializable(typeof(RoomFailure))]
[JsonSerializable(typeof(ChatHubEvent))]
[JsonSerializable(typeof(OpenRoomRequest))]
[JsonSerializable(typeof(PageRequest))]
[JsonSerializable(typeof(RoomRights))]
internal sealed partial class WebJsonContext : JsonSerializerContext;
