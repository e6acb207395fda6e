using RedisChat.Benchmarks.Ratios;
using RedisChat.Benchmarks.Texts;

namespace RedisChat.Benchmarks.Send;

/// <summary>One sender, one message at a time: round trips dominate.</summary>
internal sealed class SendSingle : IMetricGroup
{
    private const int CountedSends = 2000;

    public string Name => "send-single";

    public bool NeedsOwnServer => false;

    public async Task<IReadOnlyList<Metric>> RunAsync(RunContext run)
    {
        await using var ours = new LibrarySends(run);
        var tutorial = new TutorialSends();
        var raw = new RawAppendSends();
        var loads = await Rounds.RunAsync(
            run, TimeSpan.FromSeconds(1.2), [.. new ISendPattern[] { ours, tutorial, raw }.Select(pattern => SendContenders.InRooms(run, 1, pattern))]);
        return
        [
            Metric.Absolute(
                "send, 1 sender", "round trips", [await CountRoundTripsAsync(run)], Budget.AtMost(1.01),
                $"commands that the client sent for {CountedSends} sends, its heartbeat among them; sealing, in the background, is off: it adds 3 for 128 messages"),
            Metric.Ratio("send, 1 sender", "ops/s", loads.PerSecond(ours), tutorial.Name, loads.PerSecond(tutorial), Budget.AtLeast(2.5)),
            Metric.Ratio("send, 1 sender", "ops/s", loads.PerSecond(ours), raw.Name, loads.PerSecond(raw)),
        ];
    }

    /// <summary>
    /// Counts at the client, because the server also counts commands run by scripts. One sender waits for each answer, so a command is a round trip.
    /// </summary>
    private static async Task<double> CountRoundTripsAsync(RunContext run)
    {
        await using var connection = await StackExchange.Redis.ConnectionMultiplexer.ConnectAsync(run.Configuration);
        await using var store = new RedisMessageStore(connection, new RedisStoreOptions { KeyPrefix = run.Prefix, SealAfter = null });
        var chat = new Chat(store);
        var room = run.NewName();
        var texts = NaturalTexts.Embedded.Messages(seed: 2).Take(CountedSends + 1).ToArray();

        // The first one of a connection may have to load the script.
        await chat.SendAsync(room, "alice", texts[^1]);
        var before = connection.GetCounters().Interactive.OperationCount;
        for (var i = 0; i < CountedSends; i++)
        {
            await chat.SendAsync(room, "alice", texts[i]);
        }

        return (double)(connection.GetCounters().Interactive.OperationCount - before) / CountedSends;
    }
}
