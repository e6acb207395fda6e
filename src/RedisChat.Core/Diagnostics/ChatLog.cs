using Microsoft.Extensions.Logging;

namespace RedisChat;

/// <summary>Every log message of the library. None above Trace holds what a user wrote, a password or a connection string.</summary>
internal static partial class ChatLog
{
    [LoggerMessage(1, LogLevel.Debug, "The {Operation} failed and is tried again in {DelayMs} ms (attempt {Attempt}).", EventName = "Retrying")]
    public static partial void Retrying(ILogger logger, string operation, double delayMs, int attempt, Exception error);

    [LoggerMessage(2, LogLevel.Warning, "The {Operation} was given up after {Attempts} attempts within {TimeoutMs} ms.", EventName = "GaveUp")]
    public static partial void GaveUp(ILogger logger, string operation, int attempts, double timeoutMs, Exception? error);

    [LoggerMessage(3, LogLevel.Warning, "Left a stored value out of a page, since it is no message: field {Field} of key {Key}.", EventName = "UnreadableMessage")]
    public static partial void UnreadableMessage(ILogger logger, string? key, string? field);
}
