using System.ComponentModel;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Routing;

namespace RedisChat.AspNetCore;

/// <summary>The members of a room, and who is banned, muted or invited.</summary>
internal static class MemberEndpoints
{
    private const string One = "rooms/{room}/members/{user}";

    public static void Map(IEndpointRouteBuilder chat)
    {
        chat.MapGet("rooms/{room}/members", ListAsync).Describe("ListMembers", "Lists members, or users who are banned, muted or invited.");
        chat.MapGet(One, GetAsync).Describe("GetMember", "Reads what a room knows of a user.", 404);
        chat.MapPost("rooms/{room}/join", JoinAsync).Describe("JoinRoom", "Makes the caller a member.", 507);
        chat.MapPost("rooms/{room}/leave", LeaveAsync).Describe("LeaveRoom", "Ends the caller's membership, or declines an invitation.");
        chat.MapPut(One, SetRoleAsync).Describe("SetRole", "Gives a user a role. A user who is not a member becomes one.", 413, 415, 507);
        chat.MapDelete(One, RemoveAsync).Describe("RemoveMember", "Removes a member, or revokes an invitation.");
        chat.MapPost(One + "/invite", InviteAsync).Describe("InviteUser", "Invites a user, who can then join.", 413, 415, 507);
        chat.MapPut(One + "/ban", BanAsync).Describe("BanUser", "Bans a user.", 413, 415, 507);
        chat.MapDelete(One + "/ban", UnbanAsync).Describe("UnbanUser", "Lifts a ban.");
        chat.MapPut(One + "/mute", MuteAsync).Describe("MuteUser", "Mutes a user.", 413, 415, 507);
        chat.MapDelete(One + "/mute", UnmuteAsync).Describe("UnmuteUser", "Lifts a mute.");
    }

    private static async Task<Answer<MemberPage>> ListAsync(
        string room, [Description("members (the default), banned, muted or invited")] string? filter, string? cursor, int? limit, ChatCall call)
    {
        var which = Words.Parse(filter, MemberFilter.Members, nameof(filter));
        var page = await call.ReadAsync(room, found => found.Members.ListAsync(which, cursor, limit ?? 100, call.Aborted)).ConfigureAwait(false);
        return new Answer<MemberPage>(page, ChatJsonContext.Default.MemberPage);
    }

    private static async Task<Answer<RoomMember>> GetAsync(string room, string user, ChatCall call) =>
        await call.ReadAsync(room, found => found.Members.GetAsync(ChatCall.Id(user), call.Aborted)).ConfigureAwait(false) is { } member
            ? Member(member)
            : throw new ChatProblemException(ChatProblem.NotFound);

    private static async Task<Answer<RoomMember>> JoinAsync(string room, ChatCall call) =>
        Member(await (await call.RoomAsync(room, RoomRights.Join).ConfigureAwait(false)).Members.JoinAsync(call.User, call.Aborted).ConfigureAwait(false));

    // No right is needed to leave.
    private static async Task<Answer<RoomMember>> LeaveAsync(string room, ChatCall call) =>
        Member(await (await call.RoomAsync(room, RoomRights.None).ConfigureAwait(false)).Members.LeaveAsync(call.User, call.Aborted).ConfigureAwait(false));

    private static async Task<Answer<RoomMember>> SetRoleAsync(string room, string user, Body<RoleRequest> body, ChatCall call)
    {
        var found = await call.RoomAsync(room, RoomRights.Manage).ConfigureAwait(false);
        var request = await body.ReadAsync(call).ConfigureAwait(false);
        return Member(await found.Members.SetRoleAsync(ChatCall.Id(user), request.Role, call.User, request.Reason, call.Aborted).ConfigureAwait(false));
    }

    private static async Task<Answer<RoomMember>> RemoveAsync(string room, string user, string? reason, ChatCall call)
    {
        var found = await call.RoomAsync(room, RoomRights.Remove).ConfigureAwait(false);
        return Member(await found.Members.RemoveAsync(ChatCall.Id(user), call.User, reason, call.Aborted).ConfigureAwait(false));
    }

    private static async Task<Answer<RoomMember>> InviteAsync(string room, string user, Body<InviteRequest> body, ChatCall call)
    {
        var found = await call.RoomAsync(room, RoomRights.Invite).ConfigureAwait(false);
        var request = await body.ReadAsync(call).ConfigureAwait(false);
        return Member(await found.Members.InviteAsync(
            ChatCall.Id(user), call.User, request.Role ?? RoomRole.Member, request.Reason, call.Aborted).ConfigureAwait(false));
    }

    private static async Task<Answer<RoomMember>> BanAsync(string room, string user, Body<RestrictionRequest> body, ChatCall call)
    {
        var found = await call.RoomAsync(room, RoomRights.Ban).ConfigureAwait(false);
        var request = await body.ReadAsync(call).ConfigureAwait(false);
        return Member(await found.Members.BanAsync(ChatCall.Id(user), call.User, request.ToDuration(), request.Reason, call.Aborted).ConfigureAwait(false));
    }

    private static async Task<Answer<RoomMember>> UnbanAsync(string room, string user, string? reason, ChatCall call)
    {
        var found = await call.RoomAsync(room, RoomRights.Ban).ConfigureAwait(false);
        return Member(await found.Members.UnbanAsync(ChatCall.Id(user), call.User, reason, call.Aborted).ConfigureAwait(false));
    }

    private static async Task<Answer<RoomMember>> MuteAsync(string room, string user, Body<RestrictionRequest> body, ChatCall call)
    {
        var found = await call.RoomAsync(room, RoomRights.Mute).ConfigureAwait(false);
        var request = await body.ReadAsync(call).ConfigureAwait(false);
        return Member(await found.Members.MuteAsync(ChatCall.Id(user), call.User, request.ToDuration(), request.Reason, call.Aborted).ConfigureAwait(false));
    }

    private static async Task<Answer<RoomMember>> UnmuteAsync(string room, string user, string? reason, ChatCall call)
    {
        var found = await call.RoomAsync(room, RoomRights.Mute).ConfigureAwait(false);
        return Member(await found.Members.UnmuteAsync(ChatCall.Id(user), call.User, reason, call.Aborted).ConfigureAwait(false));
    }

    private static Answer<RoomMember> Member(RoomMember member) => new(member, ChatJsonContext.Default.RoomMember);
}
