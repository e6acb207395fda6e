using System.ComponentModel;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.AspNetCore.Mvc;
using Microsoft.AspNetCore.Routing;

namespace RedisChat.AspNetCore;

/// <summary>The event streams (text/event-stream).</summary>
internal static class StreamEndpoints
{
    private const string LastEventId = "Last-Event-ID";
    private const string ContentType = "text/event-stream";

    private static ChatProblem NotHere { get; } = new(404, ProblemCodes.StreamNotHere, "The stream is not open on this node. Open a new one with all rooms.");

    public static void Map(IEndpointRouteBuilder chat)
    {
        chat.MapGet("rooms/{room}/events", WatchRoomAsync).IsStream()
            .Describe("WatchRoom", "Streams the events of a room, from now on or since a position.");
        chat.MapPost("stream", WatchManyAsync).IsStream()
            .Describe("WatchRooms", "Streams the events of many rooms, and the user's inbox and drafts.", 413, 415);
        chat.MapPost("stream/{stream}", ChangeAsync).WithMetadata(RequestCounting.Never)
            .Describe("ChangeStream", "Adds rooms to an open stream of this node, and removes rooms from it.", 404, 413, 415);
    }

    private static RouteHandlerBuilder IsStream(this RouteHandlerBuilder endpoint) =>
        endpoint.WithMetadata(RequestCounting.Never, new ProducesResponseTypeMetadata(StatusCodes.Status200OK, typeof(string), [ContentType]));

    private static async Task WatchRoomAsync(
        string room, RoomPosition? after, bool? present, [FromHeader(Name = LastEventId), Description("The position to continue from: counts instead of `after`.")] string? lastEventId, ChatCall call)
    {
        var found = await call.RoomAsync(room, RoomRights.Read).ConfigureAwait(false);
        if (!string.IsNullOrEmpty(lastEventId))
        {
            after = RoomPosition.TryParse(lastEventId, null, out var last)
                ? last
                : throw new ChatProblemException(ChatProblem.Invalid("This is not a room position. Pass back exactly the text that the chat returned.", LastEventId));
        }

        var request = new StreamRequest { Rooms = [new StreamedRoomRequest(found.Id, after, present ?? false)] };
        await ServeAsync(call, request, isSingle: true).ConfigureAwait(false);
    }

    private static async Task WatchManyAsync(Body<StreamRequest> body, ChatCall call) =>
        await ServeAsync(call, await body.ReadAsync(call).ConfigureAwait(false), isSingle: false).ConfigureAwait(false);

    private static async Task<NoContent> ChangeAsync(string stream, Body<StreamChange> body, ChatCall call)
    {
        var change = await body.ReadAsync(call).ConfigureAwait(false);
        var open = call.Web.Streams.Find(stream, call.User)
            ?? throw new ChatProblemException(NotHere);
        open.Check(change.Add ?? []);
        if (change.Remove?.Contains(null!) == true)
        {
            throw new ChatProblemException(ChatProblem.Invalid("Each entry needs a room.", "remove"));
        }

        try
        {
            await open.RemoveAsync(change.Remove ?? []).ConfigureAwait(false);
            await open.AddAsync(change.Add ?? [], call.Aborted).ConfigureAwait(false);
        }
        catch (OperationCanceledException) when (!call.Aborted.IsCancellationRequested)
        {
            throw new ChatProblemException(NotHere);
        }

        return TypedResults.NoContent();
    }

    private static async Task ServeAsync(ChatCall call, StreamRequest request, bool isSingle)
    {
        var (web, context) = (call.Web, call.Http);
        var sink = new EventStreamSink(context.Response.BodyWriter, web);
        var stream = new ClientStream(web, call.Caller, sink, context.RequestAborted);
        await using (stream.ConfigureAwait(false))
        {
            if (isSingle)
            {
                stream.EndWithLastRoom();
            }

            stream.Check(request.Rooms ?? []);
            if (request.Drafts)
            {
                stream.CheckDrafts();
            }

            using var open = web.Streams.Open(stream, context, context.Abort);
            BeginResponse(context);

            // At once, while the store may be away: a client and its proxies see that the stream is open.
            await sink.WriteHeartbeatAsync().ConfigureAwait(false);
            await sink.FlushAsync().ConfigureAwait(false);
            await stream.AddAsync(request.Rooms ?? [], context.RequestAborted).ConfigureAwait(false);
            if (!isSingle)
            {
                // Once the rooms are there: a client that knows the id may remove them.
                await stream.WriteAsync(open.Id).ConfigureAwait(false);
            }

            if (request.Inbox)
            {
                stream.OpenInbox();
            }

            if (request.Drafts)
            {
                stream.OpenDrafts();
            }

            if (!await stream.RunAsync().ConfigureAwait(false))
            {
                WebLog.ClientCutOff(web.Logger, web.Options.WriteTimeout.TotalSeconds);
                context.Abort();
            }
        }
    }

    private static void BeginResponse(HttpContext context)
    {
        var headers = context.Response.Headers;
        headers.ContentType = ContentType;
        headers.CacheControl = "no-cache, no-store";

        // For nginx, which would keep the events until a buffer is full.
        headers["X-Accel-Buffering"] = "no";
        context.Features.Get<IHttpResponseBodyFeature>()?.DisableBuffering();
    }
}
