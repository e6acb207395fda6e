using System.Net;
using System.Net.Sockets;
using RedisChat.Redis;

namespace RedisChat.IntegrationTests;

/// <summary>
/// A proxy in front of a server that passes a number of commands and nothing after them. To the server it is as if the client had been killed between two of
/// its commands.
/// </summary>
internal sealed class CutProxy : IAsyncDisposable
{
    private readonly TcpListener _listener = new(IPAddress.Loopback, 0);
    private readonly CancellationTokenSource _end = new();
    private readonly TaskCompletionSource _cut = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly List<IDisposable> _lines = [];
    private readonly object _gate = new();
    private readonly IPEndPoint _server;
    private readonly string _keyPrefix;
    private int _left = int.MaxValue;

    /// <param name="server">The server.</param>
    /// <param name="keyPrefix">Only commands that name a key with this prefix count, and <c>SCAN</c>.</param>
    public CutProxy(EndPoint server, string keyPrefix)
    {
        _server = (IPEndPoint)server;
        _keyPrefix = keyPrefix;
        _listener.Start();
        AcceptAsync().Observe();
    }

    public EndPoint EndPoint => _listener.LocalEndpoint;

    /// <summary>Completes when a command was not passed.</summary>
    public Task Cut => _cut.Task;

    /// <summary>From now on, passes so many commands and no more.</summary>
    public void CutAfter(int commands)
    {
        lock (_gate)
        {
            _left = commands;
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
                if (RespCommand.TryTake(unparsed) is not { } words || !Passes(words))
                {
                    break;
                }

                await server.WriteAsync(before.AsMemory(0, before.Length - unparsed.Count), _end.Token);
            }
        }
    }

    private bool Passes(List<string> words)
    {
        lock (_gate)
        {
            if (_cut.Task.IsCompleted)
            {
                return false;
            }

            if (words[0] == "SCAN" || words.Exists(word => word.StartsWith(_keyPrefix, StringComparison.Ordinal)))
            {
                if (_left == 0)
                {
                    _cut.TrySetResult();
                    return false;
                }

                _left--;
            }

            return true;
        }
    }
}
