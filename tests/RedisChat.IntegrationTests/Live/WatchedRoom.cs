using RedisChat.Conformance;

namespace RedisChat.IntegrationTests.Live;

/// <summary>Checks the events that a room's watcher has received in the end.</summary>
internal static class WatchedRoom
{
    private static CancellationToken Cancelled => TestContext.Current.CancellationToken;

    /// <summary>Nothing acknowledged is lost, every message is delivered once and in order, and there was no gap.</summary>
    public static async Task ShouldBeWholeAsync(string room, Flow flow, WatchLog log, IMessageStore store)
    {
        var acknowledged = await flow.EndAsync();
        await ShouldMatchAsync(room, log, store);
        log.Events.Should().NotContain(happened => happened is RoomEvent.Gap);
        log.CreatedIds.Should().Equal(Enumerable.Range(1, log.Room.Count).Select(id => (long)id), "each is delivered once, in order");
        log.Room.Select(message => message.Text).Should().Equal(acknowledged);
        Report($"{acknowledged.Count} acknowledged; the slowest send took {flow.LongestSend.TotalMilliseconds:f0} ms.");
    }

    /// <summary>The watcher's room matches the store's.</summary>
    public static async Task ShouldMatchAsync(string room, WatchLog log, IMessageStore store)
    {
        var (messages, position) = await ReadAsync(room, store);
        await log.ReachesAsync(position);
        log.Room.Should().Equal(messages);
        log.Position.Should().Be(position);
    }

    /// <summary>
    /// After a fail-over, which may lose acknowledged messages: the watcher's room matches the store's from the last gap on, and nothing is
    /// stored twice. Returns the lost messages.
    /// </summary>
    public static async Task<IReadOnlyList<string>> ShouldAgreeAsync(string room, Flow flow, WatchLog log, IMessageStore store)
    {
        var acknowledged = await flow.EndAsync();
        var (messages, position) = await ReadAsync(room, store);
        messages.Select(message => message.Text).Should().OnlyHaveUniqueItems();
        await log.UntilAsync(l => l.Events[^1].Position == position);
        var known = log.Events.OfType<RoomEvent.Gap>().LastOrDefault()?.Position ?? RoomPosition.Start;
        log.Room.Should().Equal(messages.Where(message => message.Id > known.MessageId));
        var lost = acknowledged.Except(messages.Select(message => message.Text)).ToList();
        Report($"{acknowledged.Count} acknowledged, {lost.Count} of them lost; {log.Events.Count(happened => happened is RoomEvent.Gap)} gaps reported; the slowest send took {flow.LongestSend.TotalMilliseconds:f0} ms.");
        return lost;
    }

    /// <summary>All messages of a room that no one writes to any more, and its position.</summary>
    public static async Task<(IReadOnlyList<Message> Messages, RoomPosition Position)> ReadAsync(string room, IMessageStore store)
    {
        var messages = new List<Message>();
        await foreach (var message in new Chat(store).ReceiveAllAsync(room, cancellationToken: Cancelled))
        {
            messages.Add(message);
        }

        return (messages, (await store.ReadAsync(room, new MessageQuery { Limit = 1 }, Cancelled)).Position);
    }

    private static void Report(string figures) => TestContext.Current.TestOutputHelper?.WriteLine(figures);
}
