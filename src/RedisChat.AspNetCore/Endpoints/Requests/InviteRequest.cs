using System.Runtime.Serialization;

namespace RedisChat.AspNetCore;

/// <summary>An invitation.</summary>
[DataContract]
public sealed record InviteRequest : IOptionalRequest
{
    /// <summary>The role that the user gets by joining; <see cref="RoomRole.Member"/> if omitted.</summary>
    [DataMember(Name = "role")]
    public string? Role { get; init; }

    /// <summary>A reason or greeting.</summary>
    [DataMember(Name = "reason")]
    public string? Reason { get; init; }
}
