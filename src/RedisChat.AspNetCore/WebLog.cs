using Microsoft.Extensions.Logging;

namespace RedisChat.AspNetCore;

/// <summary>What is logged. Never a text from users, a room or a user's id: routes are logged as patterns.</summary>
internal static partial class WebLog
{
    [LoggerMessage(1, LogLevel.Error, "{Method} {Route} failed with status {Status}.")]
    public static partial void RequestFailed(ILogger logger, string method, string? route, int status, Exception e);

    [LoggerMessage(2, LogLevel.Error, "{Method} {Route} failed after the response had begun; the connection was aborted.")]
    public static partial void ResponseBroken(ILogger logger, string method, string? route, Exception e);

    [LoggerMessage(3, LogLevel.Error, "A health check could not be run.")]
    public static partial void HealthCheckFailed(ILogger logger, Exception e);
}
