using Microsoft.Extensions.Logging;

namespace RedisChat.AspNetCore;

/// <summary>What is logged. Never a text from users, a room or a user's id: routes are logged as patterns.</summary>
internal static partial class WebLog
{
    [LoggerMessage(1, LogLevel.Error, "{Method} {Route} failed with status {Status}.", EventName = "RequestFailed")]
    public static partial void RequestFailed(ILogger logger, string method, string? route, int status, Exception e);

    [LoggerMessage(2, LogLevel.Error, "{Method} {Route} failed after the response had begun; the connection was aborted.", EventName = "ResponseBroken")]
    public static partial void ResponseBroken(ILogger logger, string method, string? route, Exception e);

    [LoggerMessage(3, LogLevel.Error, "An event stream or hub connection ended by an error. Its client is asked to connect again.", EventName = "StreamFailed")]
    public static partial void StreamFailed(ILogger logger, Exception e);

    [LoggerMessage(4, LogLevel.Error, "A room left an event stream or hub connection because of an error.", EventName = "RoomFailed")]
    public static partial void RoomFailed(ILogger logger, Exception? e);

    [LoggerMessage(5, LogLevel.Error, "The application's access check failed. The stream was ended, because nothing is allowed by a failure.", EventName = "AccessFailed")]
    public static partial void AccessFailed(ILogger logger, Exception e);

    [LoggerMessage(6, LogLevel.Information, "A client was cut off because it took no data for {Seconds} s. It can come back and continue.", EventName = "ClientCutOff")]
    public static partial void ClientCutOff(ILogger logger, double seconds);

    [LoggerMessage(7, LogLevel.Error, "An operation of the hub failed with code {Code}.", EventName = "HubCallFailed")]
    public static partial void HubCallFailed(ILogger logger, string code, Exception e);

    [LoggerMessage(8, LogLevel.Error, "A health check could not be run.", EventName = "HealthCheckFailed")]
    public static partial void HealthCheckFailed(ILogger logger, Exception e);

    [LoggerMessage(9, LogLevel.Error, "Revocations could not be watched while a message is written part by part. It goes on: its author's right to send is checked with each part.", EventName = "RevocationFailed")]
    public static partial void RevocationFailed(ILogger logger, Exception e);

    [LoggerMessage(20, LogLevel.Error, "The index of messages failed, so that searches fail or miss what is new. The next attempt follows.", EventName = "IndexFailed")]
    public static partial void IndexFailed(ILogger logger, Exception e);
}
