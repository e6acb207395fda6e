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

    /// <summary>Counter: events given to watchers.</summary>
    public const string DeliveredEvents = "redischat.client.delivered.events";

    /// <summary>
    /// Counter: times that a watcher read from the store instead of going on live. Tag: <c>redischat.cause</c> (<c>start</c>, <c>hole</c>,
    /// <c>overflow</c>, <c>probe</c>, <c>unreadable</c>).
    /// </summary>
    public const string CatchUps = "redischat.client.catch_ups";

    /// <summary>Counter: times that a watcher was told <see cref="RoomEvent.Gap"/>.</summary>
    public const string Gaps = "redischat.client.gaps";

    /// <summary>Counter: times that a send found a room without history that this process had known.</summary>
    public const string LostHistories = "redischat.client.lost_histories";

    /// <summary>Counter: connections that were stuck and made anew.</summary>
    public const string Reconnections = "redischat.client.reconnections";

    /// <summary>Counter: probes that found a subscription deaf, or could not be made. Tag: <c>redischat.cause</c> (<c>deaf</c>, <c>unavailable</c>).</summary>
    public const string ProbeFailures = "redischat.client.probe_failures";

    /// <summary>Up-down counter: watchers there are.</summary>
    public const string Watchers = "redischat.client.watchers";

    /// <summary>Up-down counter: rooms subscribed to.</summary>
    public const string Subscriptions = "redischat.client.subscriptions";
}
