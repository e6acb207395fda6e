namespace RedisChat.AspNetCore;

/// <content>Members, presence and typing.</content>
public sealed partial class ChatHub
{
    /// <summary>Makes the caller a member.</summary>
    /// <param name="room">The room's id.</param>
    public Task<RoomMember> Join(string room) => ActAsync(room, RoomRights.Join, (found, user, token) => found.Members.JoinAsync(user, token));

    /// <summary>Ends the caller's membership, or declines an invitation.</summary>
    /// <param name="room">The room's id.</param>
    public Task<RoomMember> Leave(string room) => ActAsync(room, RoomRights.None, (found, user, token) => found.Members.LeaveAsync(user, token));

    /// <summary>Lists members, or users who are banned, muted or invited.</summary>
    /// <param name="room">The room's id.</param>
    /// <param name="filter"><c>members</c>, <c>banned</c>, <c>muted</c> or <c>invited</c>; null for members.</param>
    /// <param name="cursor">The cursor of the previous answer; null to start.</param>
    public Task<MemberPage> GetMembers(string room, string? filter, string? cursor) =>
        ReadAsync(room, (found, _, token) => found.Members.ListAsync(Words.Parse(filter, MemberFilter.Members, nameof(filter)), cursor, cancellationToken: token));

    /// <summary>What a room knows of a user; null if it knows nothing.</summary>
    /// <param name="room">The room's id.</param>
    /// <param name="user">The user's id.</param>
    public Task<RoomMember?> GetMember(string room, string user) => ReadAsync(room, (found, _, token) => found.Members.GetAsync(user, token));

    /// <summary>What the caller may do in a room now.</summary>
    /// <param name="room">The room's id.</param>
    public Task<RoomRights> GetRights(string room) => CallAsync(caller => caller.RightsAsync(room, Context.ConnectionAborted).AsTask());

    /// <summary>Gives a user a role. A user who is not a member becomes one.</summary>
    /// <param name="room">The room's id.</param>
    /// <param name="user">The user's id.</param>
    /// <param name="role">The role.</param>
    public Task<RoomMember> SetRole(string room, string user, RoleRequest role) =>
        ActAsync(room, RoomRights.Manage, (found, by, token) => found.Members.SetRoleAsync(user, role?.Role!, by, role?.Reason, token));

    /// <summary>Invites a user.</summary>
    /// <param name="room">The room's id.</param>
    /// <param name="user">The user's id.</param>
    /// <param name="invitation">The role that the user gets, and a greeting.</param>
    public Task<RoomMember> Invite(string room, string user, InviteRequest invitation) =>
        ActAsync(room, RoomRights.Invite, (found, by, token) => found.Members.InviteAsync(user, by, invitation?.Role ?? RoomRole.Member, invitation?.Reason, token));

    /// <summary>Removes a member, or revokes an invitation.</summary>
    /// <param name="room">The room's id.</param>
    /// <param name="user">The user's id.</param>
    /// <param name="reason">The reason; null for none.</param>
    public Task<RoomMember> Remove(string room, string user, string? reason) =>
        ActAsync(room, RoomRights.Remove, (found, by, token) => found.Members.RemoveAsync(user, by, reason, token));

    /// <summary>Bans a user.</summary>
    /// <param name="room">The room's id.</param>
    /// <param name="user">The user's id.</param>
    /// <param name="ban">How long, and why.</param>
    public Task<RoomMember> Ban(string room, string user, RestrictionRequest ban) =>
        ActAsync(room, RoomRights.Ban, (found, by, token) => found.Members.BanAsync(user, by, ban?.ToDuration(), ban?.Reason, token));

    /// <summary>Lifts a ban.</summary>
    /// <param name="room">The room's id.</param>
    /// <param name="user">The user's id.</param>
    /// <param name="reason">The reason; null for none.</param>
    public Task<RoomMember> Unban(string room, string user, string? reason) =>
        ActAsync(room, RoomRights.Ban, (found, by, token) => found.Members.UnbanAsync(user, by, reason, token));

    /// <summary>Mutes a user.</summary>
    /// <param name="room">The room's id.</param>
    /// <param name="user">The user's id.</param>
    /// <param name="mute">How long, and why.</param>
    public Task<RoomMember> Mute(string room, string user, RestrictionRequest mute) =>
        ActAsync(room, RoomRights.Mute, (found, by, token) => found.Members.MuteAsync(user, by, mute?.ToDuration(), mute?.Reason, token));

    /// <summary>Lifts a mute.</summary>
    /// <param name="room">The room's id.</param>
    /// <param name="user">The user's id.</param>
    /// <param name="reason">The reason; null for none.</param>
    public Task<RoomMember> Unmute(string room, string user, string? reason) =>
        ActAsync(room, RoomRights.Mute, (found, by, token) => found.Members.UnmuteAsync(user, by, reason, token));

    /// <summary>Lists the users who are in a room now.</summary>
    /// <param name="room">The room's id.</param>
    /// <param name="cursor">The cursor of the previous answer; null to start.</param>
    public Task<PresentUsers> GetPresent(string room, string? cursor) =>
        ReadAsync(room, (found, _, token) => found.Presence.ListAsync(cursor, cancellationToken: token));

    /// <summary>Says that the caller is typing. It is throttled.</summary>
    /// <param name="room">The room's id.</param>
    /// <returns>Whether it was sent; <see langword="false"/> if one was sent a moment ago.</returns>
    public Task<bool> Typing(string room) => ActAsync(room, RoomRights.Send, (found, user, token) => found.Presence.TypingAsync(user, token));
}
