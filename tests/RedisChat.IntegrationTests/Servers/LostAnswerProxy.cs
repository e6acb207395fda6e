using System.Net;
using System.Net.Sockets;
using RedisChat.Redis;

namespace RedisChat.IntegrationTests;

/// <summary>A proxy in front of a server that loses answers: it passes a command, lets the server run it, and cuts the connection before the answer gets through. New connections work.</summary>
internal sealed class LostAnswerProxy : IAsyncDisposable
{
    private readonly TcpListener _listener = new(IPAddress.Loopback, 0);
    private readonly CancellationTokenSource _end = new();
    private readonly List<Line> _lines = [];
    private readonly object _gate = new();
    private readonly IPEndPoint _server;
    private readonly string _keyPrefix;
    private Func<int, bool>? _loses;
    private int _commands;
    private int _lost;

    private sealed class Line(TcpClient client, TcpClient server) : IDisposable
    {
        public TcpClient Client => client;

        public TcpClient Server => server;

        /// <summary>Whether no answer gets through any more.</summary>
        public volatile bool IsCut;

        public void Dispose()
        {
            client.Dispose();
            server.Dispose();
        }
    }

    /// <param name="server">The server.</param>
    /// <param name="keyPrefix">Only commands that name a key with this prefix count, and <c>SCAN</c>.</param>
    public LostAnswerProxy(EndPoint server, string keyPrefix)
    {
        _server = (IPEndPoint)server;
        _keyPrefix = keyPrefix;
        _listener.Start();
        AcceptAsync().Observe();
    }

    public EndPoint EndPoint => _listener.LocalEndpoint;

    /// <summary>How many commands have counted since <see cref="Lose"/>.</summary>
    public int Commands
    {
        get
        {
            lock (_gate)
            {
                return _commands;
            }
        }
    }

    /// <summary>How many answers were lost.</summary>
    public int Lost
    {
        get
        {
            lock (_gate)
            {
                return _lost;
            }
        }
    }

    /// <summary>From now on, loses the answers of some commands.</summary>
    /// <param name="which">Says whether to lose the answer of a command: they are numbered from 0.</param>
    public void Lose(Func<int, bool> which)
    {
        lock (_gate)
        {
            (_loses, _commands) = (which, 0);
        }
    }

    public async ValueTask DisposeAsync()
    {
        await _end.CancelAsync();
        _listener.Stop();
        lock (_gate)
        {
            _lines.ForEach(line => line.Dispose());
        }
    }

    private async Task AcceptAsync()
    {
        while (!_end.IsCancellationRequested)
        {
            var client = await _listener.AcceptTcpClientAsync(_end.Token);
            var server = new TcpClient();
            await server.ConnectAsync(_server, _end.Token);
            var line = new Line(client, server);
            lock (_gate)
            {
                _lines.Add(line);
            }

            PassCommandsAsync(line).Observe();
            PassAnswersAsync(line).Observe();
        }
    }

    private async Task PassCommandsAsync(Line line)
    {
        using var ended = line;
        var (client, server) = (line.Client.GetStream(), line.Server.GetStream());
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

                var isLost = IsLost(words);
                line.IsCut = isLost;
                await server.WriteAsync(before.AsMemory(0, before.Length - unparsed.Count), _end.Token);
                if (isLost)
                {
                    // The server hangs up once it has run everything that was sent.
                    line.Server.Client.Shutdown(SocketShutdown.Send);
                    await server.CopyToAsync(Stream.Null, _end.Token);
                    return;
                }
            }
        }
    }

    private async Task PassAnswersAsync(Line line)
    {
        var (client, server) = (line.Client.GetStream(), line.Server.GetStream());
        var buffer = new byte[64 * 1024];
        int read;
        while (!line.IsCut && (read = await server.ReadAsync(buffer, _end.Token)) > 0)
        {
            if (!line.IsCut)
            {
                await client.WriteAsync(buffer.AsMemory(0, read), _end.Token);
            }
        }

        if (!line.IsCut)
        {
            line.Dispose();
        }
    }

    private bool IsLost(List<string> words)
    {
        lock (_gate)
        {
            if (_loses is null || (words[0] != "SCAN" && !words.Exists(word => word.StartsWith(_keyPrefix, StringComparison.Ordinal))))
            {
                return false;
            }

            var isLost = _loses(_commands++);
            _lost += isLost ? 1 : 0;
            return isLost;
        }
    }
}
