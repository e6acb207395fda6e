using System.Runtime.Serialization;

namespace RedisChat.AspNetCore;

/// <summary>A room to open, and what the client has seen of it.</summary>
/// <param name="Room">The room's id.</param>
/// <param name="After">The position of a page or an event, as a string; null or omitted to start with the events from now on.</param>
/// <param name="Present">Whether the user is present in the room while it is open.</param>
[DataContract]
public sealed record OpenRoomRequest(
    [property: DataMember(Name = "room")] string Room,
    [property: DataMember(Name = "after")] string? After = null,
    [property: DataMember(Name = "present")] bool Present = false);
