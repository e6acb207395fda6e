namespace RedisChat;

/// <summary>The names of the chat's telemetry, for <c>AddSource</c> and <c>AddMeter</c>.</summary>
/// <remarks>Rooms and users appear in traces but never in metrics, because their number is unbounded.</remarks>
public static class ChatDiagnostics
{
    /// <summary>The <see cref="System.Diagnostics.ActivitySource"/>: one span for each operation, named like <c>send chatroom</c>.</summary>
    public const string ActivitySourceName = "RedisChat";

    /// <summary>The <see cref="System.Diagnostics.Metrics.Meter"/>.</summary>
    public const string MeterName = "RedisChat";

    /// <summary>Counter: messages stored. Recognized duplicates do not count.</summary>
    public const string SentMessages = "messaging.client.sent.messages";

    /// <summary>
    /// Histogram, in seconds: how long an operation took, including its retries. Tags: <c>messaging.operation.name</c> (one of
    /// <see cref="ChatOperations"/>), and <c>error.type</c> if it failed.
    /// </summary>
    public const string OperationDuration = "messaging.client.operation.duration";

    /// <summary>Counter: attempts that failed and were retried. Tag: <c>messaging.operation.name</c>.</summary>
    public const string Retries = "redischat.client.retries";

    /// <summary>Counter: messages that were left out of a page because they could not be read.</summary>
    public const string UnreadableMessages = "redischat.client.unreadable.messages";

    /// <summary>Counter: events delivered to watchers.</summary>
    public const string DeliveredEvents = "redischat.client.delivered.events";

    /// <summary>
    /// Counter: times that a watcher read from the store instead of live events. Tag: <c>redischat.cause</c> (<c>start</c>, <c>hole</c>,
    /// <c>overflow</c>, <c>probe</c>, <c>unreadable</c>).
    /// </summary>
    public const string CatchUps = "redischat.client.catch_ups";

    /// <summary>Counter: times that a watcher received <see cref="RoomEvent.Gap"/>.</summary>
    public const string Gaps = "redischat.client.gaps";

    /// <summary>Counter: sends that found a room without history that this process knew.</summary>
    public const string LostHistories = "redischat.client.lost_histories";

    /// <summary>Counter: connections that were stuck and were replaced.</summary>
    public const string Reconnections = "redischat.client.reconnections";

    /// <summary>Counter: probes that found a subscription deaf, or that failed. Tag: <c>redischat.cause</c> (<c>deaf</c>, <c>unavailable</c>).</summary>
    public const string ProbeFailures = "redischat.client.probe_failures";

    /// <summary>Up-down counter: current watchers. Each room of a <see cref="WatchedRooms"/> is one.</summary>
    public const string Watchers = "redischat.client.watchers";

    /// <summary>Up-down counter: rooms subscribed to.</summary>
    public const string Subscriptions = "redischat.client.subscriptions";

    /// <summary>
    /// Counter: decisions of message filters other than to accept. Tag: <c>redischat.outcome</c> (<c>replaced</c>, <c>refused</c>, <c>failed</c>, <c>late</c>).
    /// </summary>
    public const string FilteredMessages = "redischat.client.filtered.messages";
}
