using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.AspNetCore.Routing;

namespace RedisChat.AspNetCore;

/// <summary>The event streams (text/event-stream).</summary>
internal static class StreamEndpoints
{
    private const string LastEventId = "Last-Event-ID";

    public static void Map(RouteGroupBuilder group, ChatWeb web)
    {
        group.MapGet("rooms/{room}/events", (HttpContext context, string room, string? after, bool? present) => RoomAsync(web, context, room, after, present ?? false))
            .WithName("WatchRoom").WithSummary("Streams the events of a room (text/event-stream).");
        group.MapPost("stream", (HttpContext context) => ManyAsync(web, context))
            .WithName("WatchRooms").WithSummary("Streams the events of many rooms, and the user's inbox (text/event-stream).");
        group.MapPost("stream/{stream}", (HttpContext context, string stream) => ChangeAsync(web, context, stream))
            .WithName("ChangeStream").WithSummary("Adds rooms to an open stream of this node, and removes rooms from it.");
    }

    private static async Task RoomAsync(ChatWeb web, HttpContext context, string room, string? after, bool present)
    {
        var caller = await ChatCaller.FindAsync(web.Chat, web.Access, context.User, context.RequestAborted).ConfigureAwait(false);
        await caller.RoomAsync(room, RoomRights.Read, context.RequestAborted).ConfigureAwait(false);
        var seen = context.Request.Headers[LastEventId].ToString() is { Length: > 0 } last ? last : after;
        RoomPosition? position = string.IsNullOrEmpty(seen) ? null
            : RoomPosition.TryParse(seen, null, out var parsed) ? parsed
            : throw new ChatProblemException(ChatProblem.Invalid("Pass back exactly the position that the chat returned.", "after"));
        await ServeAsync(web, context, caller, new StreamRequest([new StreamedRoomRequest(room, position, present)]), isSingle: true).ConfigureAwait(false);
    }

    private static async Task ManyAsync(ChatWeb web, HttpContext context)
    {
        var caller = await ChatCaller.FindAsync(web.Chat, web.Access, context.User, context.RequestAborted).ConfigureAwait(false);
        var request = await context.Request.ReadFromJsonAsync(StreamJsonContext.Default.StreamRequest, context.RequestAborted).ConfigureAwait(false);
        await ServeAsync(web, context, caller, request ?? new StreamRequest(), isSingle: false).ConfigureAwait(false);
    }

    private static async Task<IResult> ChangeAsync(ChatWeb web, HttpContext context, string stream)
    {
        var caller = await ChatCaller.FindAsync(web.Chat, web.Access, context.User, context.RequestAborted).ConfigureAwait(false);
        var change = await context.Request.ReadFromJsonAsync(StreamJsonContext.Default.StreamChange, context.RequestAborted).ConfigureAwait(false) ?? new StreamChange();
        var open = web.Streams.Find(stream, caller.User)
            ?? throw new ChatProblemException(new ChatProblem(404, ProblemCodes.StreamNotHere, "The stream is not open on this node. Open a new one with all rooms."));
        await open.RemoveAsync(change.Remove ?? []).ConfigureAwait(false);
        await open.AddAsync(change.Add ?? [], context.RequestAborted).ConfigureAwait(false);
        return TypedResults.NoContent();
    }

    private static async Task ServeAsync(ChatWeb web, HttpContext context, ChatCaller caller, StreamRequest request, bool isSingle)
    {
        var sink = new EventStreamSink(context.Response.BodyWriter, web);
        var stream = new ClientStream(web, caller, sink, context.RequestAborted);
        await using (stream.ConfigureAwait(false))
        {
            if (isSingle)
            {
                stream.EndWithLastRoom();
            }

            using var open = web.Streams.Open(stream, context, context.Abort);
            BeginResponse(context);

            // At once, while the store may be away: a client and its proxies see that the stream is open.
            await sink.WriteHeartbeatAsync().ConfigureAwait(false);
            if (!isSingle)
            {
                await sink.WriteAsync(new StreamOpened(open.Id)).ConfigureAwait(false);
            }

            await sink.FlushAsync().ConfigureAwait(false);
            await stream.AddAsync(request.Rooms ?? [], context.RequestAborted).ConfigureAwait(false);
            if (request.Inbox)
            {
                stream.OpenInbox();
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
        headers.ContentType = "text/event-stream";
        headers.CacheControl = "no-cache, no-store";

        // For nginx, which would keep the events until a buffer is full.
        headers["X-Accel-Buffering"] = "no";
        context.Features.Get<IHttpResponseBodyFeature>()?.DisableBuffering();
    }
}
