namespace RedisChat;

/// <summary>What each change of a member turns the member into, and who may make it. Pure: stores call these while they hold what they decide on.</summary>
internal static class MemberDecisions
{
    public static RoomMember Join(MemberSituation now)
    {
        var target = now.Target;
        CheckBan(now, target);
        if (target.IsMember)
        {
            return target;
        }

        CheckOpen(now);
        return target.Invitation is null && !now.Rules.Everyone.HasFlag(RoomRights.Join)
            ? throw Forbidden.Error(ForbiddenReason.NotMember, right: RoomRights.Join)
            : target with { Role = RoleOf(now, target.Invitation), Invitation = null };
    }

    public static RoomMember Leave(MemberSituation now)
    {
        var target = now.Target;
        if (!target.IsMember && target.Invitation is null)
        {
            return target;
        }

        CheckOwners(now, role: null);
        return target with { Role = null, Invitation = null };
    }

    /// <summary>A user begins to follow a thread.</summary>
    public static RoomMember Follow(MemberSituation now)
    {
        CheckRight(now, now.Acting, RoomRights.Read);
        return now.Target.IsMember ? now.Target : now.Target with { Role = RoomRole.Member };
    }

    /// <summary>A user no longer follows a thread.</summary>
    public static RoomMember Unfollow(MemberSituation now) => now.Target.IsMember ? now.Target with { Role = null } : now.Target;

    public static RoomMember Invite(MemberSituation now, string role, string? by, string? reason)
    {
        CheckRight(now, RoomRights.Invite);
        CheckRole(now, role);
        CheckMayGive(now, role);
        CheckBan(now, now.Target);
        var invitation = new Invitation(role, by, reason);
        return now.Target.IsMember || now.Target.Invitation == invitation ? now.Target : now.Target with { Invitation = invitation };
    }

    public static RoomMember Remove(MemberSituation now)
    {
        CheckRight(now, RoomRights.Remove);
        CheckRank(now);
        CheckOwners(now, role: null);
        return now.Target.IsMember || now.Target.Invitation is not null ? now.Target with { Role = null, Invitation = null } : now.Target;
    }

    public static RoomMember SetRole(MemberSituation now, string role)
    {
        CheckRight(now, RoomRights.Manage);
        CheckRole(now, role);
        if (now.Target.User != now.Actor?.User)
        {
            CheckRank(now);
        }

        CheckMayGive(now, role);
        CheckBan(now, now.Target);
        CheckOwners(now, role);
        return now.Target.Role == role ? now.Target : now.Target with { Role = role, Invitation = null };
    }

    public static RoomMember Ban(MemberSituation now, TimeSpan? duration, string? by, string? reason)
    {
        CheckRight(now, RoomRights.Ban);
        CheckRank(now);
        CheckOwners(now, role: null);
        return now.Target with { Role = null, Invitation = null, Ban = new Restriction(End(now, duration), by, reason) };
    }

    public static RoomMember Unban(MemberSituation now)
    {
        CheckRight(now, RoomRights.Ban);
        return now.Target.Ban is null ? now.Target : now.Target with { Ban = null };
    }

    public static RoomMember Mute(MemberSituation now, TimeSpan? duration, string? by, string? reason)
    {
        CheckRight(now, RoomRights.Mute);
        CheckRank(now);
        return now.Target with { Mute = new Restriction(End(now, duration), by, reason) };
    }

    public static RoomMember Unmute(MemberSituation now)
    {
        CheckRight(now, RoomRights.Mute);
        return now.Target.Mute is null ? now.Target : now.Target with { Mute = null };
    }

    public static RuleSet SetRules(MemberSituation now, Func<RuleSet, RuleSet> change)
    {
        // An owner can still take a room out of the archive.
        CheckRight(now with { Rules = now.Rules with { IsArchived = false } }, RoomRights.Manage);
        var rules = change(now.Rules);
        RuleInput.CheckRules(rules);
        return rules == now.Rules ? now.Rules : rules;
    }

    /// <summary>What the creation of a room, by the application, makes of its rules and of its first owner.</summary>
    /// <param name="now">The situation of the owner, or of nobody if there is none.</param>
    /// <param name="rules">The rules; <see langword="null"/> for those it has.</param>
    /// <param name="hasOwner">Whether the target becomes the owner, unless the room has one already.</param>
    public static (RuleSet Rules, RoomMember Owner) Create(MemberSituation now, RuleSet? rules, bool hasOwner)
    {
        var set = rules is null ? now.Rules : SetRules(now, _ => rules);
        return (set, hasOwner && now.Owners == 0 ? SetRole(now with { Rules = set }, RoomRole.Owner) : now.Target);
    }

    /// <summary>Throws unless a user has a right.</summary>
    /// <param name="now">The situation.</param>
    /// <param name="user">The user; <see langword="null"/> for the application.</param>
    /// <param name="right">The right.</param>
    public static void CheckRight(MemberSituation now, RoomMember? user, RoomRights right)
    {
        if (user is null)
        {
            return;
        }

        CheckBan(now, user);
        if (!now.Rules.RightsOf(user.Role).HasFlag(right))
        {
            throw Forbidden.Error(now.Rules.Find(user.Role) is null ? ForbiddenReason.NotMember : ForbiddenReason.NotPermitted, right: right);
        }

        if (right != RoomRights.Read)
        {
            CheckOpen(now);
        }
    }

    /// <summary>Whether a user has a right, now.</summary>
    public static bool HasRight(MemberSituation now, RoomMember user, RoomRights right)
    {
        try
        {
            CheckRight(now, user, right);
            return true;
        }
        catch (ChatForbiddenException)
        {
            return false;
        }
    }

    /// <summary>What a user may do now: none of it while banned, only what reading takes in an archived room, and nothing that speaks while muted.</summary>
    public static RoomRights Rights(MemberSituation now, RoomMember user)
    {
        if (user.Ban is { } ban && ban.IsInForce(now.Now))
        {
            return RoomRights.None;
        }

        var rights = now.Rules.RightsOf(user.Role);
        if (now.Rules.IsArchived)
        {
            // Whoever may manage the room can still take it out of the archive.
            rights &= RoomRights.Read | RoomRights.Manage;
        }

        return user.Mute is { } mute && mute.IsInForce(now.Now) ? rights & ~(RoomRights.Send | RoomRights.React) : rights;
    }

    private static void CheckRight(MemberSituation now, RoomRights right) => CheckRight(now, now.Actor, right);

    private static void CheckOpen(MemberSituation now)
    {
        if (now.Rules.IsArchived)
        {
            throw Forbidden.Error(ForbiddenReason.Archived);
        }
    }

    private static void CheckBan(MemberSituation now, RoomMember user)
    {
        if (user.Ban is { } ban && ban.IsInForce(now.Now))
        {
            throw Forbidden.Error(ForbiddenReason.Banned, ban.Until - now.Now);
        }
    }

    /// <summary>Throws unless the acting user's role is above the target's.</summary>
    private static void CheckRank(MemberSituation now)
    {
        if (now.Actor is { } actor && now.Rules.RankOf(actor.Role) >= now.Rules.RankOf(now.Target.Role))
        {
            throw Forbidden.Error(ForbiddenReason.Outranked);
        }
    }

    /// <summary>Throws if a role is above that of the acting user.</summary>
    private static void CheckMayGive(MemberSituation now, string role)
    {
        if (now.Actor is { } actor && now.Rules.RankOf(actor.Role) > now.Rules.RankOf(role))
        {
            throw Forbidden.Error(ForbiddenReason.Outranked);
        }
    }

    private static void CheckOwners(MemberSituation now, string? role)
    {
        if (now.Target.Role == RoomRole.Owner && role != RoomRole.Owner && now.Owners <= 1)
        {
            throw Forbidden.Error(ForbiddenReason.LastOwner);
        }
    }

    private static void CheckRole(MemberSituation now, string role)
    {
        if (now.Rules.Find(role) is null)
        {
            throw new ChatInputException($"The room has no such role. Its roles are: {string.Join(", ", now.Rules.Roles.Select(listed => listed.Name))}.", nameof(role));
        }
    }

    // If the rules no longer list the role of an invitation, or list no role for those who join, the lowest role is given.
    private static string RoleOf(MemberSituation now, Invitation? invitation) =>
        (now.Rules.Find(invitation?.Role) ?? now.Rules.Find(RoomRole.Member) ?? now.Rules.Roles[^1]).Name;

    private static DateTimeOffset? End(MemberSituation now, TimeSpan? duration) => duration is null ? null : now.Now + duration;
}
