using Microsoft.AspNetCore.Builder;

namespace RedisChat.AspNetCore;

/// <summary>Lets pages of <see cref="ChatWebOptions.AllowedOrigins"/> read the answers, with the users' cookies (CORS).</summary>
internal static class AllowedOrigins
{
    public static T Allow<T>(T endpoints, ChatWebOptions options)
        where T : IEndpointConventionBuilder => options.AllowedOrigins.Count == 0 ? endpoints : endpoints.RequireCors(policy => policy
            .WithOrigins([.. options.AllowedOrigins])
            .AllowCredentials()
            .WithMethods("GET", "POST", "PUT", "PATCH", "DELETE")
            .WithHeaders("authorization", "content-type", "idempotency-key", "last-event-id", "x-requested-with", "x-signalr-user-agent")
            .WithExposedHeaders("location", "retry-after"));
}
