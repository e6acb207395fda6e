using RedisChat.Benchmarks.Delivery;

namespace RedisChat.Benchmarks.Web.Clients;

/// <summary>The messages that clients have received during one measurement, and how long after publication. Every client must receive each of its messages once.</summary>
internal sealed class Arrivals(int clients, int each)
{
    private readonly TaskCompletionSource _complete = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly int[] _counts = new int[clients];
    private readonly long[] _micros = new long[clients * each];
    private int _left = clients * each;
    private int _times;
    private long _countedFrom = long.MaxValue;

    /// <summary>The times of what is published from now on are taken into account.</summary>
    public void Count() => Volatile.Write(ref _countedFrom, Clock.NowMicros);

    /// <summary>A client has received a message. Each client receives one after the other.</summary>
    public void Received(int client, long published, long now)
    {
        if (++_counts[client] > each)
        {
            Failed(new InvalidOperationException($"Client {client} has received more than its {each} messages."));
            return;
        }

        if (published >= Volatile.Read(ref _countedFrom))
        {
            _micros[Interlocked.Increment(ref _times) - 1] = now - published;
        }

        if (Interlocked.Decrement(ref _left) == 0)
        {
            _complete.TrySetResult();
        }
    }

    public void Failed(Exception error) => _complete.TrySetException(error);

    /// <summary>Waits until every client has received all of its messages.</summary>
    public async Task CompletedAsync(TimeSpan patience, CancellationToken cancellationToken)
    {
        try
        {
            await _complete.Task.WaitAsync(patience, cancellationToken);
        }
        catch (TimeoutException)
        {
            throw new TimeoutException($"{_left} of {clients * each} messages have not been received, by {_counts.Count(count => count < each)} of {clients} clients.");
        }
    }

    /// <summary>The counted times in µs, ascending.</summary>
    public double[] Times()
    {
        double[] times = [.. _micros.Take(_times)];
        Array.Sort(times);
        return times;
    }
}
