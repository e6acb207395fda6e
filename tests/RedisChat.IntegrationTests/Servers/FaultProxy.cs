using System.Collections.Concurrent;
using System.Globalization;
using System.Net;
using System.Net.Sockets;

namespace RedisChat.IntegrationTests;

/// <summary>A network between a client and a server that a test can break: it stops, swallows or cuts the traffic.</summary>
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

        /// <summary>Whether the client has subscribed over this connection.</summary>
        public volatile bool Subscribed;

        /// <summary>Whether nothing gets through any more, in either direction.</summary>
        public volatile bool IsBlackHole;

        /// <summary>The client's data held back from the server; <see langword="null"/> while everything gets through at once.</summary>
        public volatile MemoryStream? Held;
    }

    public FaultProxy(int port)
    {
        _port = port;
        _listener.Start();
        _ = AcceptAsync();
    }

    public int Port => ((IPEndPoint)_listener.LocalEndpoint).Port;

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
        foreach (var line in _lines)
        {
            line.IsBlackHole = true;
        }
    }

    /// <summary>Holds back everything clients send over the present connections, even if they hang up. New ones work.</summary>
    public void HoldRequests()
    {
        foreach (var line in _lines)
        {
            line.Held = new MemoryStream();
        }
    }

    /// <summary>Delivers the data held back to the server, late.</summary>
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

    /// <summary>Delays everything by this time.</summary>
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
            // If one side is gone, close the other.
        }

        from.Dispose();
        if (toClient || line.Held is null)
        {
            to.Dispose();
        }
    }
}
