namespace RedisChat;

/// <summary>A named set of rights in a room. Immutable.</summary>
/// <param name="Name">The name: 1 to 32 of the characters a–z 0–9 <c>-</c>, beginning with a letter.</param>
/// <param name="Rights">The rights of members who have the role.</param>
public sealed record RoomRole(string Name, RoomRights Rights)
{
    /// <summary>The name of the highest role. Every room's rules have it, with all rights.</summary>
    public const string Owner = "owner";

    /// <summary>The name of the default role for those who keep order.</summary>
    public const string Moderator = "moderator";

    /// <summary>The name of the default role of those who join.</summary>
    public const string Member = "member";

    /// <summary>The name of the default role that may only read and react.</summary>
    public const string Reader = "reader";

    private const RoomRights OfMember = RoomRights.Read | RoomRights.Join | RoomRights.Send | RoomRights.ChangeOwn | RoomRights.React;

    /// <summary>The roles of rooms that do not define their own, highest first: owner, moderator, member, reader.</summary>
    public static IReadOnlyList<RoomRole> Defaults { get; } =
    [
        new(Owner, RoomRights.All),
        new(
            Moderator,
            OfMember | RoomRights.Pin | RoomRights.DeleteAny | RoomRights.Invite | RoomRights.Remove | RoomRights.Ban | RoomRights.Mute | RoomRights.Unlimited
                | RoomRights.MentionEveryone),
        new(Member, OfMember),
        new(Reader, RoomRights.Read | RoomRights.Join | RoomRights.React),
    ];
}
