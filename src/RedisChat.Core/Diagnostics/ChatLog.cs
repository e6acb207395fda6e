using Microsoft.Extensions.Logging;

namespace RedisChat;

/// <summary>Every log message of the library. None above Trace holds what a user wrote, a password or a connection string.</summary>
internal static partial class ChatLog
{
    [LoggerMessage(1, LogLevel.Debug, "The {Operation} failed and is tried again in {DelayMs} ms (attempt {Attempt}).", EventName = "Retrying")]
    public static partial void Retrying(ILogger logger, string operation, double delayMs, int attempt, Exception error);

    [LoggerMessage(2, LogLevel.Warning, "The {Operation} was given up after {Attempts} attempts within {TimeoutMs} ms.", EventName = "GaveUp")]
    public static partial void GaveUp(ILogger logger, string operation, int attempts, double timeoutMs, Exception? error);

    [LoggerMessage(3, LogLevel.Warning, "Left a stored value out of a page because it is not a message: field {Field} of key {Key}.", EventName = "UnreadableMessage")]
    public static partial void UnreadableMessage(ILogger logger, string? key, string? field);

    [LoggerMessage(4, LogLevel.Debug, "A watcher reads from the store. Cause: {Cause}.", EventName = "CatchingUp")]
    public static partial void CatchingUp(ILogger logger, CatchUpCause cause);

    [LoggerMessage(5, LogLevel.Warning, "What happened in a room between {From} and {To} cannot be told: its history was lost or trimmed. The watcher is told to load the room anew.", EventName = "Gap")]
    public static partial void Gap(ILogger logger, RoomPosition from, RoomPosition to);

    [LoggerMessage(6, LogLevel.Debug, "A watcher waits for the store.", EventName = "WatcherWaits")]
    public static partial void WatcherWaits(ILogger logger, Exception error);

    [LoggerMessage(7, LogLevel.Warning, "The subscription to a room missed something, at {Seen} while the room was at {Room}. It is made anew.", EventName = "SubscriptionDeaf")]
    public static partial void SubscriptionDeaf(ILogger logger, RoomPosition seen, RoomPosition room);

    [LoggerMessage(8, LogLevel.Debug, "The watched rooms could not be probed.", EventName = "ProbeFailed")]
    public static partial void ProbeFailed(ILogger logger, Exception error);

    [LoggerMessage(9, LogLevel.Warning, "A message on a live channel is no event and was ignored. Another program may be publishing there.", EventName = "UnreadableEvent")]
    public static partial void UnreadableEvent(ILogger logger);

    [LoggerMessage(10, LogLevel.Debug, "A room could not be subscribed to yet, or not unsubscribed from.", EventName = "SubscribingFailed")]
    public static partial void SubscribingFailed(ILogger logger, Exception error);

    [LoggerMessage(11, LogLevel.Warning, "A room has lost history that had been acknowledged: it was known up to message {Known}, and is at {Found}. Its watchers are told.", EventName = "HistoryLost")]
    public static partial void HistoryLost(ILogger logger, long known, long found);

    [LoggerMessage(12, LogLevel.Warning, "The connection to Redis was stuck and has been made anew.", EventName = "ConnectionReplaced")]
    public static partial void ConnectionReplaced(ILogger logger);

    [LoggerMessage(13, LogLevel.Warning, "It could not be found out whether the connection to Redis works.", EventName = "LookingFailed")]
    public static partial void LookingFailed(ILogger logger, Exception error);

    [LoggerMessage(14, LogLevel.Warning, "A room's old messages could not be sealed. They are kept as they are; it is tried again when the room has 128 more.", EventName = "SealingFailed")]
    public static partial void SealingFailed(ILogger logger, Exception error);

    [LoggerMessage(15, LogLevel.Warning, "A step of the health check failed: {Step}.", EventName = "HealthStepFailed")]
    public static partial void HealthStepFailed(ILogger logger, string step, Exception error);

    [LoggerMessage(20, LogLevel.Debug, "A watcher is more than {MaxCatchUp} events behind and receives a gap instead, as it asked for.", EventName = "TooFarBehind")]
    public static partial void TooFarBehind(ILogger logger, int? maxCatchUp);
}
