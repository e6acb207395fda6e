using System.Diagnostics;
using RedisChat.Faults;

namespace RedisChat.IntegrationTests.Faults;

/// <summary>How long after a moment all went on again. Only what was sent after that moment counts.</summary>
internal sealed class Recovery(IReadOnlyList<HistoryEvent> sends, IReadOnlyList<HistoryEvent> deliveries, long since)
{
    /// <summary>Until each room had an acknowledged send; <see langword="null"/> while one has not.</summary>
    public TimeSpan? OfSends(int rooms)
    {
        var attempts = After(sends).OfType<SendBegan>().ToDictionary(began => began.Attempt, began => began.Room);
        return Last(After(sends).OfType<SendAcknowledged>().Where(answer => attempts.ContainsKey(answer.Attempt)), answer => attempts[answer.Attempt], rooms);
    }

    /// <summary>Until each watcher was told a message; <see langword="null"/> while one was not.</summary>
    public TimeSpan? OfWatchers(int watchers)
    {
        var names = After(sends).OfType<SendBegan>().SelectMany(began => began.Names).ToHashSet();
        return Last(After(deliveries).OfType<Told>().Where(told => told.Message is { } message && names.Contains(message.Name)), told => told.Watcher, watchers);
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

    private TimeSpan? Last<T>(IEnumerable<T> events, Func<T, string> whose, int count)
        where T : HistoryEvent
    {
        var firsts = events.GroupBy(whose).Select(own => own.First().Tick).ToList();
        return firsts.Count < count ? null : Stopwatch.GetElapsedTime(since, firsts.Max());
    }
}
