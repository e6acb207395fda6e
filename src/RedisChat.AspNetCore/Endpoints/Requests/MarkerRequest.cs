using System.ComponentModel.DataAnnotations;

namespace RedisChat.AspNetCore;

/// <summary>The message that a read marker is moved to.</summary>
internal sealed record MarkerRequest
{
    [Required]
    public long MessageId { get; init; }
}
