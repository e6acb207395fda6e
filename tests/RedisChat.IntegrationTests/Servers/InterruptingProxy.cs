using System.Net;
using System.Net.Sockets;
using RedisChat.Redis;

namespace RedisChat.IntegrationTests;

/// <summary>A proxy in front of a server that passes commands one by one, and lets something else happen before it passes one of them.</summary>
internal sealed class InterruptingProxy : IAsyncDisposable
{
    private readonly TcpListener _listener = new(IPAddress.Loopback, 0);
    private readonly CancellationTokenSource _end = new();
    private readonly List<IDisposable> _lines = [];
    private readonly object _gate = new();
    private readonly IPEndPoint _server;
    private (Func<List<string>, bool> Command, Func<Task> Act)? _next;

    /// <param name="server">The server.</param>
    public InterruptingProxy(EndPoint server)
    {
        _server = (IPEndPoint)server;
        _listener.Start();
        AcceptAsync().Observe();
    }

    public EndPoint EndPoint => _listener.LocalEndpoint;

    /// <summary>Whether what was to happen has begun to happen.</summary>
    public bool IsDone
    {
        get
        {
            lock (_gate)
            {
                return _next is null;
            }
        }
    }

    /// <summary>Lets something happen before the next command of a kind is passed. Commands of other connections are passed meanwhile.</summary>
    /// <param name="command">Whether it is this command, by its words.</param>
    /// <param name="act">What happens.</param>
    public void Before(Func<List<string>, bool> command, Func<Task> act)
    {
        lock (_gate)
        {
            _next = (command, act);
        }
    }

    /// <summary>Cuts all connections before the next command of a kind is passed. New ones work.</summary>
    /// <param name="command">Whether it is this command, by its words.</param>
    public void CutBefore(Func<List<string>, bool> command) => Before(command, () =>
    {
        Cut();
        return Task.CompletedTask;
    });

    public async ValueTask DisposeAsync()
    {
        await _end.CancelAsync();
        _listener.Stop();
        Cut();
    }

    private void Cut()
    {
        lock (_gate)
        {
            _lines.ForEach(line => line.Dispose());
            _lines.Clear();
        }
    }

    private async Task AcceptAsync()
    {
        while (!_end.IsCancellationRequested)
        {
            var client = await _listener.AcceptTcpClientAsync(_end.Token);
            var server = new TcpClient();
            await server.ConnectAsync(_server, _end.Token);
            lock (_gate)
            {
                _lines.AddRange([client, server]);
            }

            PassCommandsAsync(client.GetStream(), server.GetStream()).Observe();
            server.GetStream().CopyToAsync(client.GetStream(), _end.Token).Observe();
        }
    }

    private async Task PassCommandsAsync(NetworkStream client, NetworkStream server)
    {
        var buffer = new byte[64 * 1024];
        var unparsed = new List<byte>();
        int read;
        while ((read = await client.ReadAsync(buffer, _end.Token)) > 0)
        {
            unparsed.AddRange(buffer.AsSpan(0, read));
            while (true)
            {
                var before = unparsed.ToArray();
                if (RespCommand.TryTake(unparsed) is not { } words)
                {
                    break;
                }

                if (TakeIf(words) is { } act)
                {
                    await act();
                }

                await server.WriteAsync(before.AsMemory(0, before.Length - unparsed.Count), _end.Token);
            }
        }
    }

    private Func<Task>? TakeIf(List<string> words)
    {
        lock (_gate)
        {
            if (_next is not { } next || !next.Command(words))
            {
                return null;
            }

            _next = null;
            return next.Act;
        }
    }
}
