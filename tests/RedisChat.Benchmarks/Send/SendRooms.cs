using RedisChat.Benchmarks.Ratios;

namespace RedisChat.Benchmarks.Send;

/// <summary>Sends per second when many rooms are used at once.</summary>
internal sealed class SendRooms : IMetricGroup
{
    public const int Senders = 256;

    public string Name => "send-rooms";

    public bool NeedsOwnServer => false;

    public async Task<IReadOnlyList<Metric>> RunAsync(RunContext run)
    {
        await using var ours = new LibrarySends(run);
        var raw = new RawAppendSends();
        var tutorial = new TutorialSends();
        var demo = new SortedSetDemoSends();
        var loads = await Rounds.RunAsync(
            run, TimeSpan.FromSeconds(1.5), [.. new ISendPattern[] { ours, raw, tutorial, demo }.Select(pattern => SendContenders.InRooms(run, Senders, pattern))]);
        return [Line(raw, 0.9), Line(tutorial, 2.5), Line(demo, 2.2)];

        Metric Line(ISendPattern reference, double least) => Metric.Ratio(
            $"send, {Senders} senders over {Senders} rooms", "ops/s", loads.PerSecond(ours), reference.Name, loads.PerSecond(reference), Budget.AtLeast(least));
    }
}
