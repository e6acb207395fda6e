using System.ComponentModel.DataAnnotations;

namespace RedisChat.AspNetCore;

/// <summary>A room to create; its owner is the caller.</summary>
internal sealed record CreateRoomRequest
{
    [Required]
    public string Room { get; init; } = null!;

    public AboutRequest? About { get; init; }

    public RulesRequest? Rules { get; init; }
}
