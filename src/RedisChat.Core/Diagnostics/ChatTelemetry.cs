using System.Diagnostics;
using System.Diagnostics.Metrics;
using System.Text;
using Microsoft.Extensions.Logging;

namespace RedisChat;

/// <summary>The instruments behind <see cref="ChatDiagnostics"/>.</summary>
internal static class ChatTelemetry
{
    // "00-", 32 digits, "-", 16 digits, "-01"; later versions may be longer.
    private const int LongestTrace = 128;

    private static readonly ActivitySource Source = new(ChatDiagnostics.ActivitySourceName);
    private static readonly Meter Meter = new(ChatDiagnostics.MeterName);

    private static readonly Counter<long> Sent = Meter.CreateCounter<long>(
        ChatDiagnostics.SentMessages, "{message}", "Messages stored.");

    private static readonly Histogram<double> Duration = Meter.CreateHistogram<double>(
        ChatDiagnostics.OperationDuration, "s", "How long an operation took, including its retries.");

    private static readonly Counter<long> Retried = Meter.CreateCounter<long>(
        ChatDiagnostics.Retries, "{attempt}", "Attempts that failed and were retried.");

    private static readonly Counter<long> Unreadable = Meter.CreateCounter<long>(
        ChatDiagnostics.UnreadableMessages, "{message}", "Messages that could not be read.");

    private static readonly Counter<long> Delivered = Meter.CreateCounter<long>(
        ChatDiagnostics.DeliveredEvents, "{event}", "Events delivered to watchers.");

    private static readonly Counter<long> CatchUps = Meter.CreateCounter<long>(
        ChatDiagnostics.CatchUps, "{catch-up}", "Times that a watcher read from the store.");

    private static readonly Counter<long> Gaps = Meter.CreateCounter<long>(
        ChatDiagnostics.Gaps, "{gap}", "Times that a watcher received a gap.");

    private static readonly Counter<long> LostHistories = Meter.CreateCounter<long>(
        ChatDiagnostics.LostHistories, "{room}", "Times that a send found that a room had lost known history.");

    private static readonly Counter<long> Reconnections = Meter.CreateCounter<long>(
        ChatDiagnostics.Reconnections, "{connection}", "Connections that were stuck and were replaced.");

    private static readonly Counter<long> ProbeFailures = Meter.CreateCounter<long>(
        ChatDiagnostics.ProbeFailures, "{probe}", "Probes that found a subscription deaf, or that failed.");

    private static readonly UpDownCounter<long> Watchers = Meter.CreateUpDownCounter<long>(
        ChatDiagnostics.Watchers, "{watcher}", "Current watchers.");

    private static readonly UpDownCounter<long> Subscriptions = Meter.CreateUpDownCounter<long>(
        ChatDiagnostics.Subscriptions, "{subscription}", "Rooms subscribed to.");

    private static readonly Counter<long> FilteredMessages = Meter.CreateCounter<long>(
        ChatDiagnostics.FilteredMessages, "{message}", "Decisions of message filters other than to accept.");

    private static readonly string[] CauseNames = [.. Enum.GetNames<CatchUpCause>().Select(name => name.ToLowerInvariant())];

    public static Activity? Start(string operation, string? room)
    {
        if (!Source.HasListeners())
        {
            return null;
        }

        var kind = operation == ChatOperations.Send ? ActivityKind.Producer : ActivityKind.Client;
        var activity = Source.StartActivity($"{operation} chatroom", kind);
        return activity?
            .SetTag("messaging.system", "redischat")
            .SetTag("messaging.operation.name", operation)
            .SetTag("messaging.destination.name", ThreadId.NameOf(room));
    }

    /// <summary>The <c>traceparent</c> of the current activity, for the receivers of its effects; <see langword="null"/> if it is not recorded.</summary>
    public static string? PresentTrace() =>
        Activity.Current is { Recorded: true, IdFormat: ActivityIdFormat.W3C, Id: { } trace } ? trace : null;

    /// <summary>The <c>traceparent</c> of an event; <see langword="null"/> if it has none, or if nothing here listens for it.</summary>
    public static string? ReadTrace(ReadOnlySpan<byte> trace) =>
        !trace.IsEmpty && trace.Length <= LongestTrace && Source.HasListeners() ? Encoding.ASCII.GetString(trace) : null;

    /// <summary>Starts the activity of an application's processing of an event, linked to the cause of the event.</summary>
    /// <returns>The activity. It does not become the current one, because the application's code does not run inside of this call.</returns>
    public static Activity? BeginProcessing(string room, string trace)
    {
        if (!Source.HasListeners() || !ActivityContext.TryParse(trace, null, isRemote: true, out var cause))
        {
            return null;
        }

        var current = Activity.Current;
        Activity.Current = null;
        try
        {
            return Source.StartActivity($"{ChatOperations.Process} chatroom", ActivityKind.Consumer, parentContext: default, links: [new ActivityLink(cause)])?
                .SetTag("messaging.system", "redischat")
                .SetTag("messaging.operation.name", ChatOperations.Process)
                .SetTag("messaging.operation.type", ChatOperations.Process)
                .SetTag("messaging.destination.name", ThreadId.NameOf(room));
        }
        finally
        {
            Activity.Current = current;
        }
    }

    /// <summary>Ends an activity that <see cref="BeginProcessing"/> started.</summary>
    public static void EndProcessing(Activity processing)
    {
        var current = Activity.Current;
        processing.Dispose();
        Activity.Current = current;
    }

    public static void Finish(Activity? activity, string operation, TimeSpan elapsed, Exception? error)
    {
        if (error is not null)
        {
            activity?.SetStatus(ActivityStatusCode.Error).SetTag("error.type", error.GetType().Name);
        }

        if (Duration.Enabled)
        {
            var tags = new TagList { { "messaging.operation.name", operation } };
            if (error is not null)
            {
                tags.Add("error.type", error.GetType().Name);
            }

            Duration.Record(elapsed.TotalSeconds, tags);
        }

        activity?.Dispose();
    }

    public static void Stored(MessageReceipt receipt)
    {
        if (Sent.Enabled)
        {
            Sent.Add(receipt.IsDuplicate ? 0 : 1);
        }
    }

    public static void Stored(IReadOnlyList<MessageReceipt> receipts)
    {
        if (Sent.Enabled)
        {
            Sent.Add(receipts.Count(receipt => !receipt.IsDuplicate));
        }
    }

    public static void Retry(string operation) =>
        Retried.Add(1, new KeyValuePair<string, object?>("messaging.operation.name", operation));

    /// <summary>Counts the messages that a page leaves out, and logs where they are stored.</summary>
    public static void LeftOut(IReadOnlyList<UnreadableMessage> messages, ILogger logger)
    {
        Unreadable.Add(messages.Count);

        // A sealed bucket that cannot be unpacked is one place, but contains many messages.
        foreach (var (key, field) in messages.Select(message => (message.Key, message.Field)).Distinct())
        {
            ChatLog.UnreadableMessage(logger, key ?? "(unknown)", field ?? "(none)");
        }
    }

    public static void Filtered(string outcome) => FilteredMessages.Add(1, new KeyValuePair<string, object?>("redischat.outcome", outcome));

    public static void DeliveredEvent() => Delivered.Add(1);

    public static void CatchUp(CatchUpCause cause) => CatchUps.Add(1, new KeyValuePair<string, object?>("redischat.cause", CauseNames[(int)cause]));

    public static void Gap() => Gaps.Add(1);

    public static void HistoryLost() => LostHistories.Add(1);

    public static void Reconnected() => Reconnections.Add(1);

    public static void ProbeFailed(string cause) => ProbeFailures.Add(1, new KeyValuePair<string, object?>("redischat.cause", cause));

    public static void Watching(int change) => Watchers.Add(change);

    public static void Subscribed(int change) => Subscriptions.Add(change);
}
