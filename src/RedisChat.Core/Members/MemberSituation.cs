namespace RedisChat;

/// <summary>What a change of a room's members or rules is decided on: see <see cref="IMemberStore"/>.</summary>
/// <remarks>
/// In a thread (<see cref="ThreadId"/>), the rules are those of the room that it belongs to. <see cref="Target"/> is the user as one who follows the thread, and <see cref="Actor"/> is the same user as a
/// member of that room.
/// </remarks>
public sealed record MemberSituation
{
    /// <summary>The room's rules; <see cref="RuleSet.Open"/> if it has none.</summary>
    public required RuleSet Rules { get; init; }

    /// <summary>The user whom the change concerns. If the room knows nothing of the user, only the id is set.</summary>
    public required RoomMember Target { get; init; }

    /// <summary>The user who makes the change; <see langword="null"/> for the application.</summary>
    public RoomMember? Actor { get; init; }

    /// <summary>Whose rights count when <see cref="Target"/> acts: the same user, in a thread as the room that it belongs to knows them.</summary>
    internal RoomMember Acting => Actor ?? Target;

    /// <summary>The number of members with the role <see cref="RoomRole.Owner"/>.</summary>
    public long Owners { get; init; }

    /// <summary>The time by the store's clock, UTC.</summary>
    public required DateTimeOffset Now { get; init; }
}
