namespace RedisChat.AspNetCore;

/// <summary>An invitation.</summary>
internal sealed record InviteRequest : IOptionalRequest
{
    /// <summary>The role that the user gets by joining; <see cref="RoomRole.Member"/> if omitted.</summary>
    public string? Role { get; init; }

    public string? Reason { get; init; }
}
