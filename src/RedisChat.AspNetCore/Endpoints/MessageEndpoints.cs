using System.ComponentModel;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.AspNetCore.Mvc;
using Microsoft.AspNetCore.Routing;

namespace RedisChat.AspNetCore;

/// <summary>Messages: pages, one message, and what its author does with it.</summary>
internal static class MessageEndpoints
{
    private const string KeyHeader = "Idempotency-Key";

    public static void Map(IEndpointRouteBuilder chat)
    {
        chat.MapGet("rooms/{room}/messages", ListAsync).Describe("ListMessages", "Reads a page of a room: the newest messages, or those before, after or around an id.");
        chat.MapPost("rooms/{room}/messages", SendAsync).WithMetadata(RequestCounting.UnlessRepeated).Returns<MessageReceipt>(201)
            .Describe("SendMessage", "Sends a message. 200 says that it was stored before, with the same idempotency key.", 409, 413, 415, 507);
        chat.MapGet("rooms/{room}/messages/{id}", GetAsync).Describe("GetMessage", "Reads one message.", 404);
        chat.MapMethods("rooms/{room}/messages/{id}", ["PATCH"], EditAsync).Describe("EditMessage", "Gives a message a new text, and new metadata, mentions and attachments if there are any.", 404, 413, 415, 507);
        chat.MapGet("rooms/{room}/messages/{id}/versions", ListVersionsAsync).Describe("ListVersions", "Lists the earlier versions of an edited message that are kept, oldest first.");
        chat.MapDelete("rooms/{room}/messages/{id}", DeleteAsync).Describe("DeleteMessage", "Deletes a message.", 404);
        chat.MapPost("rooms/{room}/deletions", DeleteManyAsync).Describe("DeleteMessages", "Deletes many messages: by ids, by author, or by range.", 413, 415);
        chat.MapGet("rooms/{room}/changes", ReadChangesAsync).Describe("ListChanges", "Reads what happened in a room since a position, for clients that poll.");
    }

    private static async Task<Answer<MessagePage>> ListAsync(
        string room, long? before, long? after, long? around, string? user, int? limit, bool? deleted, ChatCall call)
    {
        var query = new MessageQuery(limit ?? MessageQuery.DefaultLimit)
        {
            Before = before,
            After = after,
            Around = around,
            User = user,
            Reader = call.User,
            IncludeDeleted = deleted ?? false,
        };
        var found = await call.RoomAsync(room, RoomRights.Read).ConfigureAwait(false);
        var page = await found.ReceiveAsync(query, call.Aborted).ConfigureAwait(false);
        return new Answer<MessagePage>(page, ChatJsonContext.Default.MessagePage);
    }

    private static async Task<Answer<MessageReceipt>> SendAsync(
        string room,
        Body<SendRequest> body,
        [FromHeader(Name = KeyHeader), Description("Identifies the message among those of its author; may be in the body instead.")] string? idempotencyKey,
        ChatCall call)
    {
        var request = await body.ReadAsync(call).ConfigureAwait(false);
        if (idempotencyKey is not null && request.IdempotencyKey is not null && idempotencyKey != request.IdempotencyKey)
        {
            throw new ChatProblemException(ChatProblem.Invalid($"The header {KeyHeader} and the body have different keys. Give one of them.", "idempotencyKey"));
        }

        request = request with { IdempotencyKey = request.IdempotencyKey ?? idempotencyKey };
        var receipt = await call.Caller.SendAsync(ChatCall.Id(room), request, call.Refusal, call.Aborted).ConfigureAwait(false);
        if (receipt.IsDuplicate)
        {
            return new Answer<MessageReceipt>(receipt, ChatJsonContext.Default.MessageReceipt);
        }

        call.Http.Response.Headers.Location = $"{call.Http.Request.PathBase}{call.Http.Request.Path}/{receipt.Id}";
        return new Answer<MessageReceipt>(receipt, ChatJsonContext.Default.MessageReceipt, StatusCodes.Status201Created);
    }

    private static async Task<Answer<Message>> GetAsync(string room, long id, ChatCall call) =>
        Found(await call.ReadAsync(room, found => found.GetAsync(id, call.Aborted)).ConfigureAwait(false));

    private static async Task<Answer<Message>> EditAsync(string room, long id, Body<EditRequest> body, ChatCall call)
    {
        var request = await body.ReadAsync(call).ConfigureAwait(false);
        return Found(await call.Caller.EditAsync(ChatCall.Id(room), id, request, call.Aborted).ConfigureAwait(false));
    }

    private static async Task<Answer<IReadOnlyList<MessageVersion>>> ListVersionsAsync(string room, long id, ChatCall call)
    {
        var versions = await call.Caller.ListVersionsAsync(ChatCall.Id(room), id, call.Aborted).ConfigureAwait(false);
        return new Answer<IReadOnlyList<MessageVersion>>(versions, ChatJsonContext.Default.IReadOnlyListMessageVersion);
    }

    private static async Task<NoContent> DeleteAsync(string room, long id, string? reason, ChatCall call)
    {
        var isDeleted = await call.Caller.DeleteAsync(ChatCall.Id(room), id, reason, call.Aborted).ConfigureAwait(false);
        return isDeleted ? TypedResults.NoContent() : throw new ChatProblemException(ChatProblem.NotFound);
    }

    private static async Task<Answer<DeletionProgress>> DeleteManyAsync(string room, Body<DeletionRequest> body, ChatCall call)
    {
        var request = await body.ReadAsync(call).ConfigureAwait(false);
        var done = await call.Caller.DeleteManyAsync(ChatCall.Id(room), request, call.Aborted).ConfigureAwait(false);
        return new Answer<DeletionProgress>(done, ChatJsonContext.Default.DeletionProgress);
    }

    private static async Task<Answer<RoomChanges>> ReadChangesAsync(string room, RoomPosition? after, int? limit, ChatCall call)
    {
        var changes = await call.ReadAsync(room, found => found.ReadChangesAsync(after ?? RoomPosition.Start, limit ?? 500, call.Aborted)).ConfigureAwait(false);
        return new Answer<RoomChanges>(changes, ChatJsonContext.Default.RoomChanges);
    }

    private static Answer<Message> Found(Message? message) =>
        message is null ? throw new ChatProblemException(ChatProblem.NotFound) : new Answer<Message>(message, ChatJsonContext.Default.Message);
}
