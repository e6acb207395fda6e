using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;

namespace RedisChat.AspNetCore;

/// <summary>Serves a chat: <c>app.MapRedisChat("/chat").RequireAuthorization()</c>.</summary>
public static class RedisChatEndpointExtensions
{
    /// <summary>Maps the JSON endpoints, the event streams and the browser client of a chat.</summary>
    /// <param name="endpoints">The application.</param>
    /// <param name="pattern">The base path, for instance <c>/chat</c>.</param>
    /// <param name="serviceKey">The key of the chat, if it was added by <c>AddKeyedRedisChat</c>.</param>
    /// <returns>All of these endpoints, to add conventions. Only the browser client can be loaded without authentication, whatever is added.</returns>
    /// <exception cref="InvalidOperationException"><c>AddRedisChat(…).AddWeb()</c> was not called.</exception>
    public static RouteGroupBuilder MapRedisChat(this IEndpointRouteBuilder endpoints, string pattern, string? serviceKey = null)
    {
        ArgumentNullException.ThrowIfNull(endpoints);
        ArgumentNullException.ThrowIfNull(pattern);
        var web = ChatWeb.Of(endpoints, serviceKey);
        var group = endpoints.MapGroup(pattern).WithTags("Chat");
        AllowedOrigins.Allow(group, web.Options);
        ClientScript.Map(group);

        var chat = group.MapGroup("");
        var pipeline = new ChatPipeline(web);
        ((IEndpointConventionBuilder)chat).Add(pipeline.Surround);
        ((IEndpointConventionBuilder)chat).Finally(endpoint => Name(endpoint, serviceKey));
        chat.CanFail(400, 401, 403, 429, 500, 501, 503, 504);
        RoomEndpoints.Map(chat);
        MessageEndpoints.Map(chat);
        ReactionEndpoints.Map(chat);
        PinEndpoints.Map(chat);
        MentionEndpoints.Map(chat);
        MemberEndpoints.Map(chat);
        ReadMarkerEndpoints.Map(chat);
        PresenceEndpoints.Map(chat);
        InboxEndpoints.Map(chat);
        DraftEndpoints.Map(chat);
        ScheduleEndpoints.Map(chat);
        SearchEndpoints.Map(chat);
        ExportEndpoint.Map(chat);
        WritingEndpoint.Map(chat);
        StreamEndpoints.Map(chat);
        return group;
    }

    /// <summary>Names must be unique in the whole application, which may have several chats.</summary>
    private static void Name(EndpointBuilder endpoint, string? serviceKey)
    {
        if (endpoint.Metadata.OfType<ChatEndpointName>().LastOrDefault() is { } name)
        {
            endpoint.Metadata.Add(new EndpointNameMetadata($"Chat{serviceKey}_{name.Name}"));
        }
    }
}
