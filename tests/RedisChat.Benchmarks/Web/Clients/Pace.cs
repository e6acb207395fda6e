using System.Diagnostics;

namespace RedisChat.Benchmarks.Web.Clients;

/// <summary>Sends at a steady pace. The first quarter of a second does not count: after the other contenders' turns, nothing is in the processor's caches.</summary>
internal sealed class Pace
{
    private readonly int _perSecond;
    private readonly int _warmUp;

    /// <param name="duration">How long to send what counts.</param>
    /// <param name="perSecond">How many messages a second.</param>
    /// <param name="multiple">The number of messages is a multiple of this.</param>
    public Pace(TimeSpan duration, int perSecond, int multiple)
    {
        _perSecond = perSecond;
        _warmUp = perSecond / 4;
        Messages = (int)Math.Ceiling(((duration.TotalSeconds * perSecond) + _warmUp) / multiple) * multiple;
        Counted = TimeSpan.FromSeconds((double)(Messages - _warmUp) / perSecond);
    }

    public int Messages { get; }

    /// <summary>How long it takes to send what counts.</summary>
    public TimeSpan Counted { get; }

    /// <summary>Sends, and waits for the last send.</summary>
    /// <param name="send">Sends the message of a number, from 0.</param>
    /// <param name="begin">Called before the first message that counts.</param>
    /// <param name="cancellationToken">Ends early.</param>
    public async Task SendAsync(Func<int, Task> send, Action begin, CancellationToken cancellationToken)
    {
        using var timer = new PeriodicTimer(TimeSpan.FromMilliseconds(1));
        var start = Stopwatch.GetTimestamp();
        var sends = new List<Task>(Messages);
        while (sends.Count < Messages && await timer.WaitForNextTickAsync(cancellationToken))
        {
            // A slow send must not gain time by delaying the next one.
            for (var due = Stopwatch.GetElapsedTime(start).TotalSeconds * _perSecond; sends.Count < due && sends.Count < Messages;)
            {
                if (sends.Count == _warmUp)
                {
                    begin();
                }

                sends.Add(send(sends.Count));
            }
        }

        await Task.WhenAll(sends);
    }
}
