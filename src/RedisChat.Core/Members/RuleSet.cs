namespace RedisChat;

/// <summary>A room's rules: who may do what, and how fast. Immutable; see <see cref="ChatRoom.Rules"/>.</summary>
public sealed record RuleSet
{
    /// <summary>The rights of everyone in a room without rules: to read, join, send and react, and to change what is their own.</summary>
    public const RoomRights OpenToEveryone = RoomRights.Read | RoomRights.Join | RoomRights.Send | RoomRights.ChangeOwn | RoomRights.React;

    /// <summary>The rules of a room that has none: everyone may take part.</summary>
    public static RuleSet Open { get; } = new();

    /// <summary>Only members may take part, and one becomes a member by invitation.</summary>
    public static RuleSet MembersOnly { get; } = new() { Everyone = RoomRights.None };

    /// <summary>The rights of those who are not members. <see cref="OpenToEveryone"/> by default.</summary>
    public RoomRights Everyone { get; init; } = OpenToEveryone;

    /// <summary>
    /// The roles, highest first; the first is <see cref="RoomRole.Owner"/> with all rights. At most 16. A member can act on members of lower roles only. A
    /// member whose role is no longer listed has the rights of everyone. <see cref="RoomRole.Defaults"/> by default.
    /// </summary>
    public IReadOnlyList<RoomRole> Roles
    {
        get;
        init => field = value is null ? RoomRole.Defaults : [.. value];
    } = RoomRole.Defaults;

    /// <summary>
    /// The time that each user must wait between two messages, by the store's clock: up to a day, counted in whole milliseconds. Zero, the default, switches
    /// slow mode off.
    /// </summary>
    public TimeSpan SlowMode { get; init; }

    /// <summary>How many messages a user can send in a short time; <see langword="null"/>, the default, sets no limit.</summary>
    public FloodLimit? Flood { get; init; }

    /// <summary>Whether the room is read-only. Only the application can still change anything, apart from the rules themselves.</summary>
    public bool IsArchived { get; init; }

    /// <summary>The rights that a role gives; those of <see cref="Everyone"/> for <see langword="null"/> and for a role that is not listed.</summary>
    /// <param name="role">The role's name.</param>
    public RoomRights RightsOf(string? role) => Find(role)?.Rights ?? Everyone;

    /// <inheritdoc/>
    public bool Equals(RuleSet? other) =>
        other is not null && Everyone == other.Everyone && SlowMode == other.SlowMode && Flood == other.Flood && IsArchived == other.IsArchived
        && Roles.SequenceEqual(other.Roles);

    /// <inheritdoc/>
    public override int GetHashCode() => HashCode.Combine(Everyone, SlowMode, Flood, IsArchived, Roles.Count);

    internal RoomRole? Find(string? role) => Roles.FirstOrDefault(listed => listed.Name == role);

    /// <summary>The rank of a role: 0 is the highest. Those who are not members have the lowest.</summary>
    internal int RankOf(string? role)
    {
        var rank = 0;
        while (rank < Roles.Count && Roles[rank].Name != role)
        {
            rank++;
        }

        return rank;
    }
}
