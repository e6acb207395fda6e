using System.Diagnostics;
using RedisChat.Benchmarks.Ratios;

namespace RedisChat.Benchmarks.Delivery;

/// <summary>
/// How soon watchers receive a message when there is time for each.
/// </summary>
/// <remarks>
/// The budget is on the time from when the server published the message until a watcher has it: that is delivery. From before the send there is more in
/// it that is not the same: ours stores the message, plain pub/sub does not. From after the send there is less: sender and watchers are
/// woken at about the same time, so it shows which thread came first. Both are printed all the same. The time of publication is stamped
/// by the server's clock, which is this machine's. Ours is the message's own timestamp, taken as the script begins: storing the message is
/// in it. The reference's is taken by a script that only publishes; every other message, the rest is a plain PUBLISH. SignalR's is taken as
/// the hub of the first server begins to publish.
/// </remarks>
internal sealed class DeliveryPaced : IMetricGroup
{
    private const int Watchers = 10;
    private const int PerSecond = 500;
    private const int WarmUpMessages = 50;

    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(10);

    public string Name => "delivery-paced";

    public bool NeedsOwnServer => false;

    public async Task<IReadOnlyList<Metric>> RunAsync(RunContext run)
    {
        await using var ours = new LibraryFanOut(run);
        await using var raw = await RawFanOut.ConnectAsync(run);
        await using var signalR = await SignalRFanOut.ConnectAsync(run, Watchers);
        var times = await Rounds.RunAsync(
            run, TimeSpan.FromSeconds(2), [.. new IFanOut[] { ours, raw, signalR }.Select(fanOut => new Contender<DeliveryTimes>(
                fanOut.Name, duration => MeasureAsync(run, fanOut, (int)(duration.TotalSeconds * PerSecond))))]);
        return
        [
            Line("published -> received", (of, which) => of.SincePublished(which), RawFanOut.IsStamped, raw, Budget.AtMost(1.2)),
            Line("published -> received", (of, which) => of.SincePublished(which), _ => true, signalR, Budget.AtMost(0.5)),
            Line("send begun -> received", (of, which) => of.SinceBegun(which), IsPlain, raw, null),
            Line("send begun -> received", (of, which) => of.SinceBegun(which), _ => true, signalR, null),
            Line("send returned -> received", (of, which) => of.SinceReturned(which), IsPlain, raw, null),
            Line("send returned -> received", (of, which) => of.SinceReturned(which), _ => true, signalR, null),
        ];

        static bool IsPlain(int number) => !RawFanOut.IsStamped(number);

        Metric Line(string what, Func<DeliveryTimes, Func<int, bool>, double[]> read, Func<int, bool> ofReference, IFanOut reference, Budget? budget)
        {
            double[][] our = [.. times[ours.Name].Select(of => read(of, _ => true))];
            double[][] other = [.. times[reference.Name].Select(of => read(of, ofReference))];
            return Metric.Ratio(
                $"delivery, {PerSecond} messages/s × {Watchers} watchers, {what}, p50", "µs", At(our, 0.5), reference.Name, At(other, 0.5), budget,
                FormattableString.Invariant($"p99 {Spread.Of(At(our, 0.99)).Median:f0}, reference {Spread.Of(At(other, 0.99)).Median:f0}")
                    + (reference == signalR ? "; SignalR's includes WebSockets" : ""));
        }

        static double[] At(double[][] rounds, double share) => [.. rounds.Select(sorted => DeliveryTimes.Percentile(sorted, share))];
    }

    private static async Task<DeliveryTimes> MeasureAsync(RunContext run, IFanOut fanOut, int messages)
    {
        var times = new DeliveryTimes(Watchers, messages + WarmUpMessages, WarmUpMessages);
        await using var room = await fanOut.OpenAsync(Watchers, times);
        using var timer = new PeriodicTimer(TimeSpan.FromMilliseconds(1));
        var start = Stopwatch.GetTimestamp();
        var sends = new List<Task>(times.Messages);
        while (sends.Count < times.Messages && await timer.WaitForNextTickAsync(run.Ending))
        {
            // A slow send must not gain time by delaying the next one.
            for (var due = Stopwatch.GetElapsedTime(start).TotalSeconds * PerSecond; sends.Count < due && sends.Count < times.Messages;)
            {
                sends.Add(times.SendAsync(room, sends.Count));
            }
        }

        await Task.WhenAll(sends);
        await times.CompletedAsync(Patience, run.Ending);
        return times;
    }
}
