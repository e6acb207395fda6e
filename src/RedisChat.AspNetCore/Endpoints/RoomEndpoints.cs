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
        var sort = Words.Parse(order, RoomOrder.Name, nameof(order));
        var directory = await call.Caller.DirectoryAsync(DirectoryRights.List, call.Aborted).ConfigureAwait(false);
        var page = await directory.ListAsync(sort, cursor, limit ?? 100, call.Aborted).ConfigureAwait(false);
        var rooms = await call.Caller.ReadableAsync(page.Rooms, room => room.Id, call.Aborted).ConfigureAwait(false);
        var beingDeleted = await call.Caller.ReadableAsync(page.BeingDeleted, room => room, call.Aborted).ConfigureAwait(false);
        return new Answer<RoomPage>(page with { Rooms = rooms, BeingDeleted = beingDeleted }, ChatJsonContext.Default.RoomPage);
    }

    private static async Task<Answer<RoomCreation>> CreateAsync(Body<CreateRoomRequest> body, ChatCall call)
    {
        var directory = await call.Caller.DirectoryAsync(DirectoryRights.Create, call.Aborted).ConfigureAwait(false);
        var request = await body.ReadAsync(call).ConfigureAwait(false);
        var room = await call.Caller.RoomAsync(request.Room, RoomRights.Read, call.Aborted).ConfigureAwait(false);

        // Creating a room that already has messages, rules or members would hand it to the caller.
        var present = await directory.GetInfoAsync(room.Id, call.Aborted).ConfigureAwait(false);
        if (present is { Exists: true, About: null } && !(await call.Caller.RightsAsync(room.Id, call.Aborted).ConfigureAwait(false)).HasFlag(RoomRights.Manage))
        {
            throw new ChatProblemException(ChatProblem.Taken);
        }

        var creation = await directory.CreateAsync(
            room.Id, request.About?.ToAbout() ?? RoomAbout.None, request.Rules?.ToRules(), call.User, call.Aborted).ConfigureAwait(false);
        return new Answer<RoomCreation>(creation, ChatJsonContext.Default.RoomCreation, creation.IsNew ? StatusCodes.Status201Created : StatusCodes.Status200OK);
    }

    private static async Task<Answer<DirectAnswer>> OpenDirectAsync(Body<DirectRequest> body, ChatCall call)
    {
        var directory = await call.Caller.DirectoryAsync(DirectoryRights.Direct, call.Aborted).ConfigureAwait(false);
        var request = await body.ReadAsync(call).ConfigureAwait(false);
        var room = await directory.DirectAsync(call.User, request.User, call.Aborted).ConfigureAwait(false);
        return new Answer<DirectAnswer>(new DirectAnswer(room.Id), WebJsonContext.Default.DirectAnswer);
    }

    private static async Task<Answer<RoomInfo>> GetAsync(string room, ChatCall call) =>
        Info(await call.ReadAsync(room, found => call.Caller.Chat.Rooms.GetInfoAsync(found.Id, call.Aborted)).ConfigureAwait(false));

    private static async Task<Answer<RoomInfo>> ChangeAsync(string room, Body<ChangeRoomRequest> body, ChatCall call)
    {
        var found = await call.RoomAsync(room, RoomRights.Manage).ConfigureAwait(false);
        var request = await body.ReadAsync(call).ConfigureAwait(false);
        var rooms = call.Caller.Chat.Rooms;

        // An archived room cannot be described.
        if (request.Archived == false)
        {
            await rooms.UnarchiveAsync(found.Id, call.User, call.Aborted).ConfigureAwait(false);
        }

        if (request.Name is not null || request.Topic is not null || request.Metadata is not null)
        {
            await rooms.DescribeAsync(
                found.Id,
                call.User,
                about => about with { Name = request.Name ?? about.Name, Topic = request.Topic ?? about.Topic, Metadata = request.Metadata ?? about.Metadata },
                call.Aborted).ConfigureAwait(false);
        }

        if (request.Archived == true)
        {
            await rooms.ArchiveAsync(found.Id, call.User, call.Aborted).ConfigureAwait(false);
        }

        return Info(await call.ReadAsync(room, read => rooms.GetInfoAsync(read.Id, call.Aborted)).ConfigureAwait(false));
    }

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
