using System.Runtime.Serialization;

namespace RedisChat.AspNetCore;

/// <summary>The settings of a new room.</summary>
[DataContract]
public sealed record AboutRequest
{
    /// <summary>See <see cref="RoomAbout.Name"/>.</summary>
    [DataMember(Name = "name")]
    public string? Name { get; init; }

    /// <summary>See <see cref="RoomAbout.Topic"/>.</summary>
    [DataMember(Name = "topic")]
    public string? Topic { get; init; }

    /// <summary>See <see cref="RoomAbout.Metadata"/>.</summary>
    [DataMember(Name = "metadata")]
    public IReadOnlyDictionary<string, string>? Metadata { get; init; }

    internal RoomAbout ToAbout() => new() { Name = Name ?? "", Topic = Topic ?? "", Metadata = Metadata! };
}
