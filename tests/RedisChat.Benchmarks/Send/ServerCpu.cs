using RedisChat.Benchmarks.Ratios;

namespace RedisChat.Benchmarks.Send;

/// <summary>
/// The server's processor time per send, which a team pays for on a shared Redis. Fewer, larger commands save the server reading and
/// writing sockets, so it is measured with commands in batches and one by one.
/// </summary>
internal sealed class ServerCpu : IMetricGroup
{
    public string Name => "server-cpu";

    public bool NeedsOwnServer => false;

    public async Task<IReadOnlyList<Metric>> RunAsync(RunContext run)
    {
        await using var ours = new LibrarySends(run);
        var raw = new RawAppendSends();
        var tutorial = new TutorialSends();
        var demo = new SortedSetDemoSends();
        var lines = new List<Metric>();
        await MeasureAsync(SendRooms.Senders, hasBudget: true);
        await MeasureAsync(1, hasBudget: false);
        return lines;

        async Task MeasureAsync(int senders, bool hasBudget)
        {
            var loads = await Rounds.RunAsync(
                run, TimeSpan.FromSeconds(0.8), [.. new ISendPattern[] { ours, raw, tutorial, demo }.Select(pattern => SendContenders.InRooms(run, senders, pattern))]);
            foreach (var (reference, most) in new (ISendPattern, double)[] { (raw, 1.1), (tutorial, 0.45), (demo, 0.6) })
            {
                lines.Add(Metric.Ratio(
                    $"server CPU a send, {senders} {(senders == 1 ? "sender" : $"senders over {senders} rooms")}", "µs",
                    loads.ServerMicrosEach(ours), reference.Name, loads.ServerMicrosEach(reference), hasBudget ? Budget.AtMost(most) : null));
            }
        }
    }
}
