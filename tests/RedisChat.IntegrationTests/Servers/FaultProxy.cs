using System.Collections.Concurrent;
using System.Globalization;
using System.Net;
using System.Net.Sockets;

namespace RedisChat.IntegrationTests;

/// <summary>A network between a client and a server that a test can break: stop, swallow or cut what flows.</summary>
internal sealed class FaultProxy : IAsyncDisposable
{
    private readonly TcpListener _listener = new(IPAddress.Loopback, 0);
    private readonly CancellationTokenSource _end = new();
    private readonly ConcurrentBag<Line> _lines = [];
    private readonly int _port;
    private volatile TaskCompletionSource _stopped = Flowing();
    private volatile bool _swallowing;
    private volatile bool _swallowingAnswers;
    private int _delayMs;

    private sealed class Line(TcpClient client, TcpClient server)
    {
        public TcpClient Client => client;

        public TcpClient Server => server;

        /// <summary>Whether the client has subscribed over it.</summary>
        public volatile bool Subscribed;

        /// <summary>Whether nothing gets through any more, either way.</summary>
        public volatile bool IsBlackHole;

        /// <summary>What the client has sent and the server is still to get; <see langword="null"/> while all gets through at once.</summary>
        public volatile MemoryStream? Held;
    }

    public FaultProxy(int port)
    {
        _port = port;
        _listener.Start();
        _ = AcceptAsync();
    }

    public string Configuration => string.Create(CultureInfo.InvariantCulture, $"127.0.0.1:{((IPEndPoint)_listener.LocalEndpoint).Port}");

    /// <summary>Lets nothing more through to subscribers, so that it piles up at the server, as with a reader that is too slow.</summary>
    public void StopSubscriptions() => _stopped = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);

    public void Resume() => _stopped.TrySetResult();

    /// <summary>Swallows without a sign what the server sends to those who are subscribed now: a black hole.</summary>
    public void SwallowSubscriptions(bool swallow) => _swallowing = swallow;

    /// <summary>Swallows without a sign all that the server sends: it gets requests and carries them out, and nobody hears of it.</summary>
    public void SwallowAnswers(bool swallow) => _swallowingAnswers = swallow;

    /// <summary>Makes a black hole of each connection there is, for ever. New ones are sound.</summary>
    public void BlackHole()
    {
        foreach (var line in _lines)
        {
            line.IsBlackHole = true;
        }
    }

    /// <summary>Keeps back what clients send over the connections there are now, even if they hang up. New ones are sound.</summary>
    public void HoldRequests()
    {
        foreach (var line in _lines)
        {
            line.Held = new MemoryStream();
        }
    }

    /// <summary>Gives the server what was kept back, late.</summary>
    public async Task DeliverHeldAsync()
    {
        foreach (var line in _lines)
        {
            if (line.Held is { } held)
            {
                byte[] requests;
                lock (held)
                {
                    requests = held.ToArray();
                }

                await line.Server.GetStream().WriteAsync(requests, _end.Token);
            }
        }
    }

    /// <summary>Lets everything through only after a while.</summary>
    public void Delay(TimeSpan delay) => Volatile.Write(ref _delayMs, (int)delay.TotalMilliseconds);

    /// <summary>Cuts all connections.</summary>
    public void Cut()
    {
        while (_lines.TryTake(out var line))
        {
            line.Client.Dispose();
            line.Server.Dispose();
        }
    }

    public async ValueTask DisposeAsync()
    {
        await _end.CancelAsync();
        Resume();
        _listener.Stop();
        Cut();
    }

    private static TaskCompletionSource Flowing()
    {
        var flowing = new TaskCompletionSource();
        flowing.SetResult();
        return flowing;
    }

    private async Task AcceptAsync()
    {
        while (!_end.IsCancellationRequested)
        {
            var client = await _listener.AcceptTcpClientAsync(_end.Token);
            var server = new TcpClient();
            try
            {
                await server.ConnectAsync(IPAddress.Loopback, _port, _end.Token);
            }
            catch (SocketException)
            {
                client.Dispose();
                continue;
            }

            var line = new Line(client, server);
            _lines.Add(line);
            _ = PassAsync(line, client, server, toClient: false);
            _ = PassAsync(line, server, client, toClient: true);
        }
    }

    private async Task PassAsync(Line line, TcpClient from, TcpClient to, bool toClient)
    {
        try
        {
            var buffer = new byte[64 * 1024];
            int read;
            while ((read = await from.GetStream().ReadAsync(buffer, _end.Token)) > 0)
            {
                if (!toClient)
                {
                    // Only the subscribing connection ever sends this.
                    line.Subscribed |= buffer.AsSpan(0, read).IndexOf("SUBSCRIBE"u8) >= 0;
                }
                else if (line.Subscribed)
                {
                    await _stopped.Task;
                    if (_swallowing)
                    {
                        continue;
                    }
                }

                if (Volatile.Read(ref _delayMs) is > 0 and var delay)
                {
                    await Task.Delay(delay, _end.Token);
                }

                if (line.IsBlackHole || (toClient && _swallowingAnswers))
                {
                    continue;
                }

                if (!toClient && line.Held is { } held)
                {
                    lock (held)
                    {
                        held.Write(buffer, 0, read);
                    }

                    continue;
                }

                await to.GetStream().WriteAsync(buffer.AsMemory(0, read), _end.Token);
            }
        }
        catch (Exception e) when (e is IOException or ObjectDisposedException or OperationCanceledException or InvalidOperationException)
        {
            // One side is gone: so is the other.
        }

        from.Dispose();
        if (toClient || line.Held is null)
        {
            to.Dispose();
        }
    }
}
