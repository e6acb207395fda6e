using System.Runtime.Serialization;

namespace RedisChat.AspNetCore;

/// <summary>A ban or a mute.</summary>
[DataContract]
public sealed record RestrictionRequest : IOptionalRequest
{
    private const double MostSeconds = 100d * 365 * 24 * 60 * 60;

    /// <summary>How long it lasts; until it is lifted if omitted.</summary>
    [DataMember(Name = "seconds")]
    public double? Seconds { get; init; }

    /// <summary>The reason.</summary>
    [DataMember(Name = "reason")]
    public string? Reason { get; init; }

    internal TimeSpan? ToDuration() => Seconds switch
    {
        null => null,
        > 0 and <= MostSeconds and var seconds => TimeSpan.FromSeconds(seconds),
        _ => throw new ChatProblemException(ChatProblem.Invalid($"The seconds must be more than 0 and at most {MostSeconds:0}. Omit them for no end.", "seconds")),
    };
}
