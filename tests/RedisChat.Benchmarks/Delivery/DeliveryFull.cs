using System.Diagnostics;
using RedisChat.Benchmarks.Ratios;

namespace RedisChat.Benchmarks.Delivery;

/// <summary>Events per second that reach all watchers together while messages are sent as fast as possible.</summary>
internal sealed class DeliveryFull : IMetricGroup
{
    private const int Watchers = 100;
    private const int Senders = 64;
    private const int MinMessages = 256;
    private const int MaxMessages = 200_000;

    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(30);

    public string Name => "delivery-full";

    public bool NeedsOwnServer => false;

    public async Task<IReadOnlyList<Metric>> RunAsync(RunContext run)
    {
        await using var ours = new LibraryFanOut(run);
        await using var raw = await RawFanOut.ConnectAsync(run);
        await using var signalR = await SignalRFanOut.ConnectAsync(run, Watchers);
        var rates = await Rounds.RunAsync(
            run, TimeSpan.FromSeconds(1.5), [.. new IFanOut[] { ours, raw, signalR }.Select(fanOut => Contender(run, fanOut))]);
        return
        [
            Line(raw, 0.7, "the reference stores nothing"),
            Line(signalR, 4, "SignalR's includes WebSockets"),
        ];

        Metric Line(IFanOut reference, double least, string note) => Metric.Ratio(
            $"delivery at full speed × {Watchers} watchers, {Senders} senders", "events/s", rates[ours.Name], reference.Name, rates[reference.Name],
            Budget.AtLeast(least), note);
    }

    /// <summary>Measures with as many messages as were delivered in such a time before: that differs by much between contenders.</summary>
    private static Contender<double> Contender(RunContext run, IFanOut fanOut)
    {
        var perSecond = 0.0;
        return new(fanOut.Name, async duration =>
        {
            if (perSecond == 0)
            {
                perSecond = await MeasureAsync(MinMessages);
            }

            perSecond = await MeasureAsync((int)Math.Clamp(perSecond * duration.TotalSeconds, MinMessages, MaxMessages));
            return perSecond * Watchers;
        });

        async Task<double> MeasureAsync(int messages)
        {
            var counting = new Counting(messages);
            await using var room = await fanOut.OpenAsync(Watchers, counting);
            var next = -1;
            var start = Stopwatch.GetTimestamp();
            await Task.WhenAll(Enumerable.Range(0, Senders).Select(_ => Task.Run(async () =>
            {
                for (int number; (number = Interlocked.Increment(ref next)) < messages && !run.Ending.IsCancellationRequested;)
                {
                    await room.SendAsync(number);
                }
            })));
            await counting.CompletedAsync(Patience, run.Ending);
            return messages / Stopwatch.GetElapsedTime(start).TotalSeconds;
        }
    }

    private sealed class Counting(int messages) : Reception(Watchers, messages)
    {
        public override bool IsNumbered => false;

        protected override void Note(int watcher, int number, long published)
        {
        }
    }
}
