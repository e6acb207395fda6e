using Microsoft.AspNetCore.Authorization;
using Microsoft.AspNetCore.Authorization.Policy;
using Microsoft.AspNetCore.Http;

namespace RedisChat.AspNetCore;

/// <summary>
/// Gives the problems of the contract to requests that the host's authorization refuses before they reach an endpoint of a chat. Changes nothing for other
/// endpoints.
/// </summary>
internal sealed class AuthorizationProblems : IAuthorizationMiddlewareResultHandler
{
    private readonly AuthorizationMiddlewareResultHandler _inner = new();

    public async Task HandleAsync(RequestDelegate next, HttpContext context, AuthorizationPolicy policy, PolicyAuthorizationResult authorizeResult)
    {
        await _inner.HandleAsync(next, context, policy, authorizeResult).ConfigureAwait(false);
        if (authorizeResult.Succeeded || context.Response.HasStarted || context.GetEndpoint()?.Metadata.GetMetadata<ChatPipeline>() is null)
        {
            return;
        }

        // Cookie authentication sends pages to the sign-in page; a script that calls this would take that page for the answer.
        context.Response.Headers.Remove("Location");
        await ProblemWriter.WriteAsync(context, authorizeResult.Forbidden ? ChatProblem.NoAccess : ChatProblem.Unauthenticated, context.RequestAborted).ConfigureAwait(false);
    }
}
