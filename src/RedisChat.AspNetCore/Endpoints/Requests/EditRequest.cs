using System.ComponentModel.DataAnnotations;

namespace RedisChat.AspNetCore;

/// <summary>The new state of a message.</summary>
internal sealed record EditRequest
{
    [Required]
    public string Text { get; init; } = null!;

    /// <summary>The complete new metadata; the message keeps what it has if this is omitted.</summary>
    public IReadOnlyDictionary<string, string>? Metadata { get; init; }
}
