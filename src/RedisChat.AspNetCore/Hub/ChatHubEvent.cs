using System.Runtime.Serialization;
using System.Text.Json;
using System.Text.Json.Serialization;

namespace RedisChat.AspNetCore;

/// <summary>
/// An event as the hub sends it. Its JSON is that of a <see cref="WatchedRoomEvent"/>, which is also the type for .NET clients to receive; with MessagePack it is a map with the same names.
/// </summary>
[DataContract]
[JsonConverter(typeof(ChatHubEventConverter))]
public sealed class ChatHubEvent
{
    private readonly EncodedEvent? _encoded;
    private IReadOnlyDictionary<string, object?>? _event;

    /// <summary>Creates an event, as a client does that receives it by MessagePack.</summary>
    /// <param name="room">The room's id.</param>
    /// <param name="event">The event's properties.</param>
    public ChatHubEvent(string room, IReadOnlyDictionary<string, object?> @event) => (Room, _event) = (room, @event);

    internal ChatHubEvent(EncodedEvent encoded) => (Room, _encoded) = (encoded.Room, encoded);

    /// <summary>The room's id.</summary>
    [DataMember(Name = "room")]
    public string Room { get; }

    /// <summary>The event's properties, by their names in JSON. The first is <c>kind</c>.</summary>
    [DataMember(Name = "event")]
    public IReadOnlyDictionary<string, object?> Event =>
        _event ??= (Dictionary<string, object?>)PlainJson.Of(JsonDocument.Parse(_encoded!.Json).RootElement.GetProperty("event"))!;

    /// <summary>What was encoded for all clients; empty if the event was not made by the hub.</summary>
    internal ReadOnlyMemory<byte> Json => _encoded?.Json ?? default;
}
