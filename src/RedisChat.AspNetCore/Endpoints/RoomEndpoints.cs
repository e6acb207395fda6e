using System.ComponentModel;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;

namespace RedisChat.AspNetCore;

/// <summary>Rooms as such: to list, create, describe and delete them, and their rules.</summary>
internal static class RoomEndpoints
{
    public static void Map(IEndpointRouteBuilder chat)
    {
        chat.MapGet("me", GetCaller).Describe("GetCaller", "Says who the caller is.");
        chat.MapGet("rooms", ListAsync).Describe("ListRooms", "Lists the rooms that have settings and that the application lets the caller read.");
        chat.MapPost("rooms", CreateAsync).Returns<RoomCreation>(201)
            .Describe("CreateRoom", "Creates a room, whose owner the caller becomes. 200 says that it was there before, and is as it was.", 413, 415, 507);
        chat.MapPost("direct", OpenDirectAsync).Describe("OpenDirectRoom", "Opens the room of the caller and another user.", 413, 415, 507);
        chat.MapGet("rooms/{room}", GetAsync).Describe("GetRoom", "Reads an overview of a room.");
        chat.MapMethods("rooms/{room}", ["PATCH"], ChangeAsync).Describe("ChangeRoom", "Changes a room's settings, or archives it.", 413, 415, 507);
        chat.MapDelete("rooms/{room}", DeleteAsync).Describe("DeleteRoom", "Deletes a room with everything in it.");
        chat.MapGet("rooms/{room}/rights", GetRightsAsync).Describe("GetRights", "Says what the caller may do in a room now.");
        chat.MapGet("rooms/{room}/rules", GetRulesAsync).Describe("GetRules", "Reads a room's rules.");
        chat.MapPut("rooms/{room}/rules", ChangeRulesAsync).Describe("SetRules", "Replaces a room's rules.", 413, 415, 507);
    }

    private static Answer<CallerAnswer> GetCaller(ChatCall call) => new(new CallerAnswer(call.User), WebJsonContext.Default.CallerAnswer);

    private static async Task<Answer<RoomPage>> ListAsync(
        [Description("name (the default) or activity")] string? order, string? cursor, int? limit, ChatCall call)
    {
        var page = await call.Caller.ListRoomsAsync(Words.Parse(order, RoomOrder.Name, nameof(order)), cursor, limit ?? 100, call.Aborted).ConfigureAwait(false);
        return new Answer<RoomPage>(page, ChatJsonContext.Default.RoomPage);
    }

    private static async Task<Answer<RoomCreation>> CreateAsync(Body<CreateRoomRequest> body, ChatCall call)
    {
        var creation = await call.Caller.CreateRoomAsync(await body.ReadAsync(call).ConfigureAwait(false), call.Aborted).ConfigureAwait(false);
        return new Answer<RoomCreation>(creation, ChatJsonContext.Default.RoomCreation, creation.IsNew ? StatusCodes.Status201Created : StatusCodes.Status200OK);
    }

    private static async Task<Answer<DirectAnswer>> OpenDirectAsync(Body<DirectRequest> body, ChatCall call)
    {
        var request = await body.ReadAsync(call).ConfigureAwait(false);
        var room = await call.Caller.OpenDirectAsync(request.User, call.Aborted).ConfigureAwait(false);
        return new Answer<DirectAnswer>(new DirectAnswer(room), WebJsonContext.Default.DirectAnswer);
    }

    private static async Task<Answer<RoomInfo>> GetAsync(string room, ChatCall call) =>
        Info(await call.ReadAsync(room, found => call.Caller.Chat.Rooms.GetInfoAsync(found.Id, call.Aborted)).ConfigureAwait(false));

    private static async Task<Answer<RoomInfo>> ChangeAsync(string room, Body<ChangeRoomRequest> body, ChatCall call) =>
        Info(await call.Caller.ChangeRoomAsync(ChatCall.Id(room), await body.ReadAsync(call).ConfigureAwait(false), call.Aborted).ConfigureAwait(false));

    private static async Task<Answer<RoomDeletion>> DeleteAsync(string room, ChatCall call)
    {
        var found = await call.RoomAsync(room, RoomRights.Manage).ConfigureAwait(false);
        var deletion = await call.Caller.Chat.Rooms.DeleteAsync(found.Id, call.User, cancellationToken: call.Aborted).ConfigureAwait(false);
        return new Answer<RoomDeletion>(deletion, ChatJsonContext.Default.RoomDeletion);
    }

    private static async Task<Answer<RightsAnswer>> GetRightsAsync(string room, ChatCall call) =>
        new(RightsAnswer.Of(await call.Caller.RightsAsync(ChatCall.Id(room), call.Aborted).ConfigureAwait(false)), WebJsonContext.Default.RightsAnswer);

    private static async Task<Answer<RuleSet>> GetRulesAsync(string room, ChatCall call) =>
        Rules(await call.ReadAsync(room, found => found.Rules.GetAsync(call.Aborted)).ConfigureAwait(false));

    private static async Task<Answer<RuleSet>> ChangeRulesAsync(string room, Body<RulesRequest> body, ChatCall call)
    {
        var found = await call.RoomAsync(room, RoomRights.Manage).ConfigureAwait(false);
        var rules = (await body.ReadAsync(call).ConfigureAwait(false)).ToRules();
        return Rules(await found.Rules.ChangeAsync(call.User, _ => rules, call.Aborted).ConfigureAwait(false));
    }

    private static Answer<RoomInfo> Info(RoomInfo info) => new(info, ChatJsonContext.Default.RoomInfo);

    private static Answer<RuleSet> Rules(RuleSet rules) => new(rules, ChatJsonContext.Default.RuleSet);
}
