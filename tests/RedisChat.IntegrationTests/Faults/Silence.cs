using System.Diagnostics;
using RedisChat.Faults;

namespace RedisChat.IntegrationTests.Faults;

/// <summary>The longest pauses after a moment. Only messages sent after it count.</summary>
internal sealed class Silence(IReadOnlyList<HistoryEvent> sends, IReadOnlyList<HistoryEvent> deliveries, long since)
{
    /// <summary>For each room with an acknowledged send, the longest time without one.</summary>
    public IReadOnlyList<TimeSpan> OfSends()
    {
        var attempts = After(sends).OfType<SendBegan>().ToDictionary(began => began.Attempt, began => began.Room);
        return Longest(After(sends).OfType<SendAcknowledged>().Where(answer => attempts.ContainsKey(answer.Attempt)), answer => attempts[answer.Attempt]);
    }

    /// <summary>For each watcher that received a message, the longest time without one.</summary>
    public IReadOnlyList<TimeSpan> OfWatchers()
    {
        var names = After(sends).OfType<SendBegan>().SelectMany(began => began.Names).ToHashSet();
        return Longest(
            After(deliveries).OfType<Received>().Where(received => received.Message is { } message && names.Contains(message.Name)),
            received => received.Watcher);
    }

    private IEnumerable<HistoryEvent> After(IReadOnlyList<HistoryEvent> events)
    {
        var first = events.Count;
        while (first > 0 && events[first - 1].Tick >= since)
        {
            first--;
        }

        return events.Skip(first);
    }

    private List<TimeSpan> Longest<T>(IEnumerable<T> events, Func<T, string> whose)
        where T : HistoryEvent =>
        [.. events.GroupBy(whose).Select(own => LongestBetween(own.Select(happened => happened.Tick).Prepend(since).ToList()))];

    private static TimeSpan LongestBetween(List<long> ticks) => ticks.Zip(ticks.Skip(1), (one, next) => Stopwatch.GetElapsedTime(one, next)).Max();
}
