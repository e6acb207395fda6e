using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;

namespace RedisChat.AspNetCore;

/// <summary>
/// Runs around every endpoint: refuses writes from other origins, finds the user, counts the request, and turns every failure into a problem.
/// </summary>
/// <remarks>Not an endpoint filter: filters run after the parameters are bound, and do not see what binding throws (hosts in development let it throw).</remarks>
internal sealed class ChatPipeline(ChatWeb web)
{
    /// <summary>Puts this around an endpoint.</summary>
    public void Surround(EndpointBuilder endpoint)
    {
        var inner = endpoint.RequestDelegate!;
        endpoint.RequestDelegate = http => RunAsync(http, inner);
        endpoint.Metadata.Add(this);
    }

    private async Task RunAsync(HttpContext http, RequestDelegate inner)
    {
        try
        {
            await BeginAsync(http).ConfigureAwait(false);
            await inner(http).ConfigureAwait(false);
            if (http.Response is { StatusCode: StatusCodes.Status400BadRequest, HasStarted: false })
            {
                // A parameter could not be bound.
                await ProblemWriter.WriteAsync(http, BadParameter.Find(http), http.RequestAborted).ConfigureAwait(false);
            }
        }
        catch (Exception) when (http.RequestAborted.IsCancellationRequested)
        {
            // The client has gone: there is no one to answer.
        }
        catch (Exception e)
        {
            await FailAsync(http, e).ConfigureAwait(false);
        }
    }

    private async ValueTask BeginAsync(HttpContext http)
    {
        // A stream changes something, too: who is present, and how many more the user may open.
        var counting = http.GetEndpoint()?.Metadata.GetMetadata<RequestCounting>() ?? RequestCounting.Always;
        if ((!IsRead(http.Request.Method) || counting == RequestCounting.Never) && !OriginCheck.IsAllowed(http, web.Options))
        {
            throw new ChatProblemException(ChatProblem.CrossOrigin);
        }

        var caller = await ChatCaller.FindAsync(web.Chat, web.Access, http.User, http.RequestAborted).ConfigureAwait(false);
        var call = new ChatCall(http, web, caller);
        if (web.Requests is { } requests)
        {
            if (counting != RequestCounting.Never && !requests.TryTake(caller.User, out var wait))
            {
                call.Refusal = ChatProblem.TooManyRequests(wait);
                if (counting != RequestCounting.UnlessRepeated)
                {
                    throw new ChatProblemException(call.Refusal);
                }
            }
        }

        http.Features.Set(call);
    }

    private async Task FailAsync(HttpContext http, Exception e)
    {
        var problem = e is BadHttpRequestException bad ? Of(http, bad) : ChatProblem.Of(e) ?? ChatProblem.Failure;
        var route = (http.GetEndpoint() as RouteEndpoint)?.RoutePattern.RawText;
        if (http.Response.HasStarted)
        {
            // Otherwise the client would take the part that it has for the whole.
            WebLog.ResponseBroken(web.Logger, http.Request.Method, route, e);
            http.Abort();
            return;
        }

        if (problem.IsLogged)
        {
            WebLog.RequestFailed(web.Logger, http.Request.Method, route, problem.Status, e);
        }

        try
        {
            await ProblemWriter.WriteAsync(http, problem, http.RequestAborted).ConfigureAwait(false);
        }
        catch (Exception) when (http.RequestAborted.IsCancellationRequested)
        {
            // The client has gone in the meantime.
        }
    }

    // A host in development throws where others set a status.
    private static ChatProblem Of(HttpContext http, BadHttpRequestException e) => e.StatusCode switch
    {
        StatusCodes.Status413PayloadTooLarge => ChatProblem.TooLarge,
        StatusCodes.Status400BadRequest when e.InnerException is null or FormatException => BadParameter.Find(http),
        _ => ChatProblem.Invalid("The request could not be read."),
    };

    private static bool IsRead(string method) => HttpMethods.IsGet(method) || HttpMethods.IsHead(method) || HttpMethods.IsOptions(method);
}
