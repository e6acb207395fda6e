using System.Runtime.Serialization;

namespace RedisChat.AspNetCore;

/// <summary>A change of a scheduled message. What is left out stays as it is.</summary>
[DataContract]
public sealed record RescheduleRequest
{
    /// <summary>The new text.</summary>
    [DataMember(Name = "text")]
    public string? Text { get; init; }

    /// <summary>The complete new metadata.</summary>
    [DataMember(Name = "metadata")]
    public IReadOnlyDictionary<string, string>? Metadata { get; init; }

    /// <summary>The new time.</summary>
    [DataMember(Name = "sendAt")]
    public DateTimeOffset? SendAt { get; init; }
}
