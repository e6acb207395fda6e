using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;

namespace RedisChat.AspNetCore;

/// <summary>What OpenAPI says about the endpoints.</summary>
internal static class EndpointDescription
{
    private static readonly string[] Json = ["application/json"];
    private static readonly string[] Problem = [ProblemWriter.ContentType];

    /// <summary>Names an endpoint, and says what it does and how else it can end than every endpoint can.</summary>
    public static RouteHandlerBuilder Describe(this RouteHandlerBuilder endpoint, string name, string summary, params int[] problems) =>
        endpoint.WithMetadata(new ChatEndpointName(name)).WithSummary(summary).CanFail(problems);

    /// <summary>Adds another success than 200.</summary>
    public static RouteHandlerBuilder Returns<T>(this RouteHandlerBuilder endpoint, int status) =>
        endpoint.WithMetadata(new ProducesResponseTypeMetadata(status, typeof(T), Json));

    /// <summary>Adds statuses with a problem.</summary>
    public static T CanFail<T>(this T endpoints, params int[] statuses)
        where T : IEndpointConventionBuilder =>
        endpoints.WithMetadata([.. statuses.Select(status => new ProducesResponseTypeMetadata(status, typeof(ChatProblem), Problem))]);
}
