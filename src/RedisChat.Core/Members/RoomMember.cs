namespace RedisChat;

/// <summary>What a room knows of a user: a member's role, and a ban, a mute or an invitation. Immutable.</summary>
public sealed record RoomMember
{
    /// <summary>The user's id.</summary>
    public required string User { get; init; }

    /// <summary>The name of the user's role; <see langword="null"/> if the user is not a member.</summary>
    public string? Role { get; init; }

    /// <summary>When the user became a member, by the store's clock (Redis: µs), UTC; <see langword="null"/> if the user is not a member.</summary>
    public DateTimeOffset? JoinedAt { get; init; }

    /// <summary>The user's ban, if there is one. It may have ended: see <see cref="Restriction.IsInForce"/>.</summary>
    public Restriction? Ban { get; init; }

    /// <summary>The user's mute, if there is one. It may have ended: see <see cref="Restriction.IsInForce"/>.</summary>
    public Restriction? Mute { get; init; }

    /// <summary>The user's invitation, if there is one that was not accepted yet.</summary>
    public Invitation? Invitation { get; init; }

    /// <summary>Whether the user is a member.</summary>
    public bool IsMember => Role is not null;

    /// <summary>Whether there is nothing to remember about the user.</summary>
    internal bool IsNobody => Role is null && Ban is null && Mute is null && Invitation is null;

    /// <summary>Whether a listing includes the user.</summary>
    internal bool IsListed(MemberFilter filter, DateTimeOffset now) => filter switch
    {
        MemberFilter.Banned => Ban?.IsInForce(now) == true,
        MemberFilter.Muted => Mute?.IsInForce(now) == true,
        MemberFilter.Invited => Invitation is not null,
        _ => IsMember,
    };

    /// <summary>Whether a change made the user a member, who has then read everything: see <see cref="RoomReadMarkers"/>.</summary>
    internal bool JoinedSince(RoomMember before) => IsMember && !before.IsMember;

    /// <summary>Whether a change ended the membership or imposed a ban, so that the user's read marker goes.</summary>
    internal bool LeftSince(RoomMember before) => !IsMember && (before.IsMember || Ban is not null);

    /// <summary>What to store after a change: with the time of joining, and without a ban or mute that has ended.</summary>
    internal RoomMember ToStore(RoomMember before, DateTimeOffset now) => this with
    {
        JoinedAt = Role is null ? null : before.JoinedAt ?? now,
        Ban = Ban?.IsInForce(now) == true ? Ban : null,
        Mute = Mute?.IsInForce(now) == true ? Mute : null,
    };
}
