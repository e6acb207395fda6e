using Microsoft.Extensions.Logging;

namespace RedisChat.AspNetCore;

/// <summary>Everything that the web package logs.</summary>
internal static partial class WebLog
{
    [LoggerMessage(101, LogLevel.Error, "A request failed for a reason that is not the client's fault.", EventName = "RequestFailed")]
    public static partial void RequestFailed(ILogger logger, Exception? error);

    [LoggerMessage(102, LogLevel.Error, "An event stream or hub connection ended by an error. Its client is asked to connect again.", EventName = "StreamFailed")]
    public static partial void StreamFailed(ILogger logger, Exception? error);

    [LoggerMessage(103, LogLevel.Error, "A room left an event stream or hub connection because of an error.", EventName = "RoomFailed")]
    public static partial void RoomFailed(ILogger logger, Exception? error);

    [LoggerMessage(104, LogLevel.Error, "The application's access check failed. The stream was ended, because nothing is allowed by a failure.", EventName = "AccessFailed")]
    public static partial void AccessFailed(ILogger logger, Exception? error);

    [LoggerMessage(105, LogLevel.Information, "A client was cut off because it took no data for {Seconds} s. It can come back and continue.", EventName = "ClientCutOff")]
    public static partial void ClientCutOff(ILogger logger, double seconds);
}
