using System.Diagnostics;

namespace RedisChat.Benchmarks.Delivery;

/// <summary>Records when each watcher received each message, and returns how long that took, in µs.</summary>
internal sealed class DeliveryTimes(int watchers, int messages, int warmUp) : Reception(watchers, messages)
{
    private readonly long[] _begun = new long[messages];
    private readonly long[] _returned = new long[messages];
    private readonly long[,] _received = new long[watchers, messages];
    private readonly long[,] _sincePublished = new long[watchers, messages];

    public override bool IsNumbered => true;

    public async Task SendAsync(IFanOutRoom room, int number)
    {
        _begun[number] = Stopwatch.GetTimestamp();
        await room.SendAsync(number);
        _returned[number] = Stopwatch.GetTimestamp();
    }

    protected override void Note(int watcher, int number, long published)
    {
        _received[watcher, number] = Stopwatch.GetTimestamp();
        _sincePublished[watcher, number] = published == 0 ? 0 : Clock.NowMicros - published;
    }

    /// <summary>The time from before the send call.</summary>
    public double[] SinceBegun(Func<int, bool> messages) =>
        Sorted(messages, (watcher, number) => Stopwatch.GetElapsedTime(_begun[number], _received[watcher, number]).TotalMicroseconds);

    /// <summary>The time from after the send call. Negative if the watcher received the message before the call returned.</summary>
    public double[] SinceReturned(Func<int, bool> messages) =>
        Sorted(messages, (watcher, number) => Stopwatch.GetElapsedTime(_returned[number], _received[watcher, number]).TotalMicroseconds);

    /// <summary>The time from the server's publication.</summary>
    public double[] SincePublished(Func<int, bool> messages) => Sorted(messages, (watcher, number) => _sincePublished[watcher, number]);

    public static double Percentile(double[] sorted, double share) => sorted[(int)((sorted.Length - 1) * share)];

    private double[] Sorted(Func<int, bool> messages, Func<int, int, double> time)
    {
        var times = new List<double>();
        for (var number = warmUp; number < Messages; number++)
        {
            for (var watcher = 0; messages(number) && watcher < _received.GetLength(0); watcher++)
            {
                times.Add(time(watcher, number));
            }
        }

        times.Sort();
        return [.. times];
    }
}
