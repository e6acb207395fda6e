namespace RedisChat;

/// <summary>The names under which a chat tells what it does, for <c>AddSource</c> and <c>AddMeter</c>.</summary>
/// <remarks>Rooms and users are in traces, never in metrics: their number has no bound.</remarks>
public static class ChatDiagnostics
{
    /// <summary>The <see cref="System.Diagnostics.ActivitySource"/>: one span for each operation, named like <c>send chatroom</c>.</summary>
    public const string ActivitySourceName = "RedisChat";

    /// <summary>The <see cref="System.Diagnostics.Metrics.Meter"/>.</summary>
    public const string MeterName = "RedisChat";

    /// <summary>Counter: messages stored. Repetitions that were recognised do not count.</summary>
    public const string SentMessages = "messaging.client.sent.messages";

    /// <summary>
    /// Histogram, in seconds: how long an operation took, its retries included. Tags: <c>messaging.operation.name</c> (one of
    /// <see cref="ChatOperations"/>), and <c>error.type</c> if it failed.
    /// </summary>
    public const string OperationDuration = "messaging.client.operation.duration";

    /// <summary>Counter: attempts that failed and were made again. Tag: <c>messaging.operation.name</c>.</summary>
    public const string Retries = "redischat.client.retries";

    /// <summary>Counter: stored values that were left out of a page because they are no messages.</summary>
    public const string UnreadableMessages = "redischat.client.unreadable.messages";
}
