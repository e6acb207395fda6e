using System.ComponentModel.DataAnnotations;
using System.Runtime.Serialization;

namespace RedisChat.AspNetCore;

/// <summary>The role to give to a user.</summary>
[DataContract]
public sealed record RoleRequest
{
    /// <summary>The name of the role.</summary>
    [Required]
    [DataMember(Name = "role")]
    public string Role { get; init; } = null!;

    /// <summary>The reason.</summary>
    [DataMember(Name = "reason")]
    public string? Reason { get; init; }
}
