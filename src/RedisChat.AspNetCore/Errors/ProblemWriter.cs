using System.Globalization;
using System.Text.Json;
using Microsoft.AspNetCore.Http;

namespace RedisChat.AspNetCore;

/// <summary>Answers a request with a problem.</summary>
internal static class ProblemWriter
{
    public const string ContentType = "application/problem+json";

    public static Task WriteAsync(HttpContext http, ChatProblem problem, CancellationToken cancellationToken)
    {
        var response = http.Response;
        response.StatusCode = problem.Status;
        response.ContentType = ContentType;
        response.Headers.CacheControl = "no-store";
        if (problem.RetryAfter is { } seconds)
        {
            response.Headers.RetryAfter = Math.Max(1, Math.Ceiling(seconds)).ToString("0", CultureInfo.InvariantCulture);
        }

        var json = JsonSerializer.SerializeToUtf8Bytes(problem, WebJsonContext.Default.ChatProblem);
        response.ContentLength = json.Length;
        return response.Body.WriteAsync(json, cancellationToken).AsTask();
    }
}
