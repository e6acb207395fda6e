using System.Globalization;
using System.Net;

namespace RedisChat.IntegrationTests;

/// <summary>A network between a client and a server that a test can break: it stops, swallows or cuts the traffic.</summary>
/// <param name="port">The server's.</param>
internal sealed class FaultProxy(int port) : Proxy<FaultProxy.Line>(new IPEndPoint(IPAddress.Loopback, port))
{
    private volatile TaskCompletionSource _stopped = Flowing();
    private volatile bool _swallowing;
    private volatile bool _swallowingAnswers;
    private int _delayMs;

    internal sealed class Line : ProxyLine
    {
        /// <summary>Whether the client has subscribed over this connection.</summary>
        public volatile bool Subscribed;

        /// <summary>Whether nothing gets through any more, in either direction.</summary>
        public volatile bool IsBlackHole;

        /// <summary>The client's data held back from the server; <see langword="null"/> while everything gets through at once.</summary>
        public volatile MemoryStream? Held;

        // What is held back is delivered even if the client is gone.
        public override void OnClientGone()
        {
            if (Held is null)
            {
                Cut();
            }
            else
            {
                Client.Dispose();
            }
        }
    }

    public int Port => ((IPEndPoint)EndPoint).Port;

    public string Configuration => string.Create(CultureInfo.InvariantCulture, $"127.0.0.1:{Port}");

    /// <summary>Lets nothing more through to subscribers, so data piles up at the server as with a slow reader.</summary>
    public void StopSubscriptions() => _stopped = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);

    public void Resume() => _stopped.TrySetResult();

    /// <summary>Silently swallows everything the server sends over the connections subscribed now: a black hole.</summary>
    public void SwallowSubscriptions(bool swallow) => _swallowing = swallow;

    /// <summary>Silently swallows everything the server sends: it receives and runs requests, but no answer arrives.</summary>
    public void SwallowAnswers(bool swallow) => _swallowingAnswers = swallow;

    /// <summary>Turns every present connection into a black hole for good. New ones work.</summary>
    public void BlackHole()
    {
        foreach (var line in Lines)
        {
            line.IsBlackHole = true;
        }
    }

    /// <summary>Holds back everything clients send over the present connections, even if they hang up. New ones work.</summary>
    public void HoldRequests()
    {
        foreach (var line in Lines)
        {
            line.Held = new MemoryStream();
        }
    }

    /// <summary>Delivers the data held back to the server, late.</summary>
    public async Task DeliverHeldAsync()
    {
        foreach (var line in Lines)
        {
            if (line.Held is { } held)
            {
                byte[] requests;
                lock (held)
                {
                    requests = held.ToArray();
                }

                await line.Server.WriteAsync(requests, End);
            }
        }
    }

    /// <summary>Delays everything by this time.</summary>
    public void Delay(TimeSpan delay) => Volatile.Write(ref _delayMs, (int)delay.TotalMilliseconds);

    /// <summary>Cuts all connections.</summary>
    public void Cut() => CutLines();

    public override ValueTask DisposeAsync()
    {
        Resume();
        return base.DisposeAsync();
    }

    protected override async Task PassRequestsAsync(Line line)
    {
        var buffer = new byte[64 * 1024];
        int read;
        while ((read = await line.Client.ReadAsync(buffer, End)) > 0)
        {
            // Only the subscribing connection ever sends this.
            line.Subscribed |= buffer.AsSpan(0, read).IndexOf("SUBSCRIBE"u8) >= 0;
            await DelayAsync();
            if (line.IsBlackHole)
            {
                continue;
            }

            if (line.Held is { } held)
            {
                lock (held)
                {
                    held.Write(buffer, 0, read);
                }

                continue;
            }

            await line.Server.WriteAsync(buffer.AsMemory(0, read), End);
        }
    }

    protected override async Task PassAnswersAsync(Line line)
    {
        var buffer = new byte[64 * 1024];
        int read;
        while ((read = await line.Server.ReadAsync(buffer, End)) > 0)
        {
            if (line.Subscribed)
            {
                await _stopped.Task;
                if (_swallowing)
                {
                    continue;
                }
            }

            await DelayAsync();
            if (!line.IsBlackHole && !_swallowingAnswers)
            {
                await line.Client.WriteAsync(buffer.AsMemory(0, read), End);
            }
        }
    }

    private Task DelayAsync() => Volatile.Read(ref _delayMs) is > 0 and var delay ? Task.Delay(delay, End) : Task.CompletedTask;

    private static TaskCompletionSource Flowing()
    {
        var flowing = new TaskCompletionSource();
        flowing.SetResult();
        return flowing;
    }
}
