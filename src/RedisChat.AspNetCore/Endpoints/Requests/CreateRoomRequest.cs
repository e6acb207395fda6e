using System.ComponentModel.DataAnnotations;
using System.Runtime.Serialization;

namespace RedisChat.AspNetCore;

/// <summary>A room to create; its owner is the caller.</summary>
[DataContract]
public sealed record CreateRoomRequest
{
    /// <summary>The room's id.</summary>
    [Required]
    [DataMember(Name = "room")]
    public string Room { get; init; } = null!;

    /// <summary>Its name, topic and metadata.</summary>
    [DataMember(Name = "about")]
    public AboutRequest? About { get; init; }

    /// <summary>Its rules; those of <see cref="RuleSet.Open"/> if omitted.</summary>
    [DataMember(Name = "rules")]
    public RulesRequest? Rules { get; init; }
}
