using System.ComponentModel.DataAnnotations;

namespace RedisChat.AspNetCore;

/// <summary>A message to send; its author is the caller.</summary>
internal sealed record SendRequest
{
    [Required]
    public string Text { get; init; } = null!;

    public IReadOnlyDictionary<string, string>? Metadata { get; init; }

    /// <summary>See <see cref="NewMessage.IdempotencyKey"/>; may be in the header <c>Idempotency-Key</c> instead.</summary>
    public string? IdempotencyKey { get; init; }
}
