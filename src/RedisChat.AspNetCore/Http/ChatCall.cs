using Microsoft.AspNetCore.Http;

namespace RedisChat.AspNetCore;

/// <summary>One request to an endpoint, and the user who makes it. Endpoints take it as a parameter.</summary>
internal sealed class ChatCall(HttpContext http, ChatWeb web, ChatCaller caller)
{
    public HttpContext Http => http;

    public ChatWeb Web => web;

    public ChatCaller Caller => caller;

    public string User => caller.User;

    public CancellationToken Aborted => http.RequestAborted;

    /// <summary>Set if the user makes too many requests, and the endpoint is the one to say so: see <see cref="RequestCounting.UnlessRepeated"/>.</summary>
    public ChatProblem? Refusal { get; set; }

    /// <summary>Binds it: <see cref="ChatPipeline"/> has made it.</summary>
    public static ValueTask<ChatCall?> BindAsync(HttpContext http) => new(http.Features.Get<ChatCall>());

    /// <summary>An id in the path. ASP.NET decodes all of a segment but the slash, which would end it.</summary>
    public static string Id(string segment) => segment.Replace("%2F", "/", StringComparison.OrdinalIgnoreCase);

    /// <summary>A room of the path in which the application lets the user act.</summary>
    public ValueTask<ChatRoom> RoomAsync(string segment, RoomRights rights) => caller.RoomAsync(Id(segment), rights, Aborted);

    /// <summary>Reads something of a room of the path that its rules let the user read.</summary>
    public Task<T> ReadAsync<T>(string segment, Func<ChatRoom, Task<T>> read) => caller.ReadAsync(Id(segment), read, Aborted);
}
