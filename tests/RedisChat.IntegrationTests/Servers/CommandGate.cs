using System.Globalization;
using System.Net;
using System.Net.Sockets;
using RedisChat.Redis;

namespace RedisChat.IntegrationTests;

/// <summary>A proxy in front of a server that lets a number of commands through, and then nothing more: whoever is behind it can be killed between two commands.</summary>
internal sealed class CommandGate : IAsyncDisposable
{
    private readonly TcpListener _listener = new(IPAddress.Loopback, 0);
    private readonly CancellationTokenSource _end = new();
    private readonly TaskCompletionSource _closed = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly List<TcpClient> _clients = [];
    private readonly string _keyPrefix;
    private readonly int _port;
    private readonly object _gate = new();
    private int _left;

    /// <param name="port">The server's port.</param>
    /// <param name="keyPrefix">Only commands that name a key with this prefix count.</param>
    /// <param name="commands">How many of them pass.</param>
    public CommandGate(int port, string keyPrefix, int commands)
    {
        (_port, _keyPrefix, _left) = (port, keyPrefix, commands);
        _listener.Start();
        AcceptAsync().Observe();
    }

    public string Configuration => string.Create(CultureInfo.InvariantCulture, $"127.0.0.1:{((IPEndPoint)_listener.LocalEndpoint).Port}");

    /// <summary>Completes when a command was held back.</summary>
    public Task Closed => _closed.Task;

    public async ValueTask DisposeAsync()
    {
        await _end.CancelAsync();
        _listener.Stop();
        lock (_clients)
        {
            _clients.ForEach(client => client.Dispose());
        }
    }

    private async Task AcceptAsync()
    {
        while (!_end.IsCancellationRequested)
        {
            var client = await _listener.AcceptTcpClientAsync(_end.Token);
            var server = new TcpClient();
            await server.ConnectAsync(IPAddress.Loopback, _port, _end.Token);
            lock (_clients)
            {
                _clients.AddRange([client, server]);
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
            var passed = unparsed.ToArray();
            while (RespCommand.TryTake(unparsed) is { } words)
            {
                if (!Passes(words))
                {
                    _closed.TrySetResult();
                    return;
                }

                var length = passed.Length - unparsed.Count;
                await server.WriteAsync(passed.AsMemory(0, length), _end.Token);
                passed = passed[length..];
            }
        }
    }

    private bool Passes(List<string> command)
    {
        lock (_gate)
        {
            return !command.Exists(word => word.StartsWith(_keyPrefix, StringComparison.Ordinal)) || _left-- > 0;
        }
    }
}
