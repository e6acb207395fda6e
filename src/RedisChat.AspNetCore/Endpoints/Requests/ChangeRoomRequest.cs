using System.Runtime.Serialization;

namespace RedisChat.AspNetCore;

/// <summary>What to change of a room; what is omitted stays.</summary>
[DataContract]
public sealed record ChangeRoomRequest
{
    /// <summary>See <see cref="RoomAbout.Name"/>.</summary>
    [DataMember(Name = "name")]
    public string? Name { get; init; }

    /// <summary>See <see cref="RoomAbout.Topic"/>.</summary>
    [DataMember(Name = "topic")]
    public string? Topic { get; init; }

    /// <summary>The complete new metadata: see <see cref="RoomAbout.Metadata"/>.</summary>
    [DataMember(Name = "metadata")]
    public IReadOnlyDictionary<string, string>? Metadata { get; init; }

    /// <summary>Whether the room is read-only: see <see cref="RuleSet.IsArchived"/>.</summary>
    [DataMember(Name = "archived")]
    public bool? Archived { get; init; }
}
