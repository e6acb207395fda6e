using System.ComponentModel.DataAnnotations;
using System.Runtime.Serialization;

namespace RedisChat.AspNetCore;

/// <summary>A draft to save.</summary>
[DataContract]
public sealed record DraftRequest
{
    /// <summary>The text.</summary>
    [Required]
    [DataMember(Name = "text")]
    public string Text { get; init; } = null!;

    /// <summary>Small pieces of data of the application.</summary>
    [DataMember(Name = "metadata")]
    public IReadOnlyDictionary<string, string>? Metadata { get; init; }
}
