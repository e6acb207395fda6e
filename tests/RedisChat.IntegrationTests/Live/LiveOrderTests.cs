using System.Collections.Concurrent;
using System.Diagnostics.Metrics;
using StackExchange.Redis;

namespace RedisChat.IntegrationTests.Live;

/// <summary>Handlers of a channel may overtake each other; watchers still receive events in order, at any speed.</summary>
public sealed class LiveOrderTests
{
    private const int Watchers = 10;
    private const int Processes = 8;
    private const int Senders = 64;
    private const int Sends = 300;

    private static CancellationToken Cancelled => TestContext.Current.CancellationToken;

    [Fact]
    public async Task At_full_speed_every_watcher_receives_everything_once_and_in_order()
    {
        await using var redis = await RedisProcess.StartAsync();
        var options = new RedisStoreOptions { WatcherBufferSize = 100_000 };
        await using var watching = new RedisMessageStore(ConfigurationOptions.Parse(redis.Configuration), options);

        // Each store combines only its own sends, so many payloads follow each other closely.
        var sending = Enumerable.Range(0, Processes).Select(_ => new RedisMessageStore(ConfigurationOptions.Parse(redis.Configuration), options)).ToList();
        var chat = new Chat(sending[0]);
        var first = await chat.SendAsync("lobby", "alice", "the first", Cancelled);
        using var end = CancellationTokenSource.CreateLinkedTokenSource(Cancelled);
        using var causes = new Causes();
        var ready = new CountdownEvent(Watchers);
        var received = Enumerable.Range(0, Watchers).Select(_ => Task.Run(() => WatchAsync(new Chat(watching), ready, end.Token))).ToList();
        ready.Wait(TimeSpan.FromSeconds(60), Cancelled).Should().BeTrue();

        // Edits in between: every watcher must receive each edit between the same two messages.
        await Task.WhenAll(Enumerable.Range(0, Senders).Select(sender => Task.Run(async () =>
        {
            var own = new Chat(sending[sender % Processes]);
            for (var i = 0; i < Sends; i++)
            {
                await own.SendAsync("lobby", $"user{sender}", "hello", Cancelled);
                if (i % 50 == 25)
                {
                    await own.EditAsync("lobby", first.Id, "alice", $"{sender} {i}", Cancelled);
                }
            }
        })));
        await chat.SendAsync("lobby", "alice", "the last", Cancelled);
        var logs = await Task.WhenAll(received).WaitAsync(TimeSpan.FromSeconds(60), Cancelled);

        foreach (var log in logs)
        {
            log.OfType<RoomEvent.Created>().Select(created => created.Message.Id).Should().Equal(Enumerable.Range(2, (Senders * Sends) + 1).Select(id => (long)id));
            log.OfType<RoomEvent.Edited>().Select(edited => edited.Position.Revision).Should().BeInAscendingOrder().And.OnlyHaveUniqueItems();
            log.Should().OnlyContain(happened => happened is RoomEvent.Created || happened is RoomEvent.Edited);
        }

        await Task.WhenAll(sending.Select(store => store.DisposeAsync().AsTask()));
        TestContext.Current.TestOutputHelper?.WriteLine($"{Senders * Sends} messages to {Watchers} watchers; catch-ups in the whole process during the test: {causes}.");
    }

    private static async Task<List<RoomEvent>> WatchAsync(Chat chat, CountdownEvent ready, CancellationToken cancellationToken)
    {
        var received = new List<RoomEvent>();
        await foreach (var happened in chat.WatchAsync("lobby", cancellationToken: cancellationToken))
        {
            if (happened is RoomEvent.CaughtUp)
            {
                ready.Signal();
                continue;
            }

            received.Add(happened);
            if (happened is RoomEvent.Created { Message.Text: "the last" })
            {
                break;
            }
        }

        return received;
    }

    /// <summary>Counts why watchers read from the store.</summary>
    private sealed class Causes : IDisposable
    {
        private readonly ConcurrentDictionary<string, long> _counts = new();
        private readonly MeterListener _listener = new();

        public Causes()
        {
            _listener.InstrumentPublished = (instrument, listener) =>
            {
                if (instrument.Name == ChatDiagnostics.CatchUps)
                {
                    listener.EnableMeasurementEvents(instrument);
                }
            };
            _listener.SetMeasurementEventCallback<long>((_, value, tags, _) => _counts.AddOrUpdate($"{tags[0].Value}", value, (_, before) => before + value));
            _listener.Start();
        }

        public override string ToString() => _counts.IsEmpty ? "none" : string.Join(", ", _counts.Select(count => $"{count.Value} × {count.Key}"));

        public void Dispose() => _listener.Dispose();
    }
}
