using System.ComponentModel.DataAnnotations;

namespace RedisChat.AspNetCore;

/// <summary>The role to give to a user.</summary>
internal sealed record RoleRequest
{
    [Required]
    public string Role { get; init; } = null!;

    public string? Reason { get; init; }
}
