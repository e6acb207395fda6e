using System.ComponentModel.DataAnnotations;

namespace RedisChat.AspNetCore;

/// <summary>The other user of a direct room.</summary>
internal sealed record DirectRequest
{
    [Required]
    public string User { get; init; } = null!;
}
