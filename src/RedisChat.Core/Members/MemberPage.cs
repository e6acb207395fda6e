namespace RedisChat;

/// <summary>Some users of a room: see <see cref="RoomMembers.ListAsync"/>.</summary>
public sealed record MemberPage
{
    /// <summary>The users, in no particular order.</summary>
    public required IReadOnlyList<RoomMember> Members { get; init; }

    /// <summary>Where to continue; <see langword="null"/> at the end.</summary>
    public string? Cursor { get; init; }
}
