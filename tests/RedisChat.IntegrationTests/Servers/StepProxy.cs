using System.Net;
using System.Net.Sockets;
using System.Threading.Channels;
using RedisChat.Redis;

namespace RedisChat.IntegrationTests;

/// <summary>
/// A proxy in front of a server that lets a test step through round trips: once stepping, it holds the client's commands until the test has
/// seen the expected ones. All commands that a client sends before it has an answer are one round trip.
/// </summary>
internal sealed class StepProxy : IAsyncDisposable
{
    private readonly TcpListener _listener = new(IPAddress.Loopback, 0);
    private readonly CancellationTokenSource _end = new();
    private readonly Channel<string> _seen = Channel.CreateUnbounded<string>();
    private readonly List<Line> _lines = [];
    private readonly IPEndPoint _server;
    private readonly string _keyPrefix;
    private readonly object _gate = new();
    private bool _holding;
    private bool _counting;

    private sealed record Line(NetworkStream Client, NetworkStream Server)
    {
        public List<byte> Unparsed { get; } = [];

        public List<byte> Held { get; } = [];
    }

    /// <param name="server">The server.</param>
    /// <param name="keyPrefix">Only commands that name a key with this prefix count.</param>
    public StepProxy(EndPoint server, string keyPrefix)
    {
        _server = (IPEndPoint)server;
        _keyPrefix = keyPrefix;
        _listener.Start();
        AcceptAsync().Observe();
    }

    public EndPoint EndPoint => _listener.LocalEndpoint;

    /// <summary>Is awaited while the commands of a round trip are held, with its number from 1.</summary>
    public Func<int, Task> WhileHeld { get; set; } = static _ => Task.CompletedTask;

    /// <summary>Whether the commands of one round trip may come in any order.</summary>
    public bool InAnyOrder { get; set; }

    /// <summary>Checks that an action takes exactly these round trips, each given as its commands.</summary>
    public Task<T> StepAsync<T>(Func<Task<T>> operation, params string[][] roundTrips) => StepAsync(operation, [], roundTrips);

    /// <summary>Checks that an action takes exactly these round trips, each given as its commands, and sends others without waiting for them.</summary>
    public async Task<T> StepAsync<T>(Func<Task<T>> operation, string[] afterwards, string[][] roundTrips)
    {
        Hold();
        var running = operation();
        foreach (var (number, expected) in roundTrips.Select((commands, at) => (at + 1, commands)))
        {
            var commands = new List<string>();
            while (commands.Count < expected.Length)
            {
                commands.Add(await _seen.Reader.ReadAsync().AsTask().WaitAsync(TimeSpan.FromSeconds(30)));
            }

            if (InAnyOrder)
            {
                commands.Sort(StringComparer.Ordinal);
            }

            commands.Should().Equal(InAnyOrder ? expected.Order(StringComparer.Ordinal) : expected);
            running.IsCompleted.Should().BeFalse();
            await WhileHeld(number);
            await PassAsync();
        }

        var result = await running.WaitAsync(TimeSpan.FromSeconds(30));
        foreach (var command in afterwards)
        {
            (await _seen.Reader.ReadAsync().AsTask().WaitAsync(TimeSpan.FromSeconds(30))).Should().Be(command);
        }

        StopCounting();
        _seen.Reader.TryRead(out var more).Should().BeFalse("a further round trip was made: {0}", more);
        await LetGoAsync();
        return result;
    }

    public async ValueTask DisposeAsync()
    {
        await _end.CancelAsync();
        _listener.Stop();
        foreach (var line in Lines())
        {
            line.Client.Dispose();
            line.Server.Dispose();
        }
    }

    private void Hold()
    {
        lock (_gate)
        {
            (_holding, _counting) = (true, true);
        }
    }

    // What comes from now on belongs to no round trip of the action.
    private void StopCounting()
    {
        lock (_gate)
        {
            _counting = false;
        }
    }

    // What comes while the held commands are written is held, too, so that it does not overtake them.
    private async Task LetGoAsync()
    {
        while (!TryLetGo())
        {
            await PassAsync();
        }
    }

    private bool TryLetGo()
    {
        lock (_gate)
        {
            _holding = _lines.Exists(line => line.Held.Count > 0);
            return !_holding;
        }
    }

    private async Task PassAsync()
    {
        foreach (var line in Lines())
        {
            byte[] held;
            lock (_gate)
            {
                held = [.. line.Held];
                line.Held.Clear();
            }

            await line.Server.WriteAsync(held);
        }
    }

    private Line[] Lines()
    {
        lock (_gate)
        {
            return [.. _lines];
        }
    }

    private async Task AcceptAsync()
    {
        while (!_end.IsCancellationRequested)
        {
            var client = await _listener.AcceptTcpClientAsync(_end.Token);
            var server = new TcpClient();
            await server.ConnectAsync(_server, _end.Token);
            var line = new Line(client.GetStream(), server.GetStream());
            lock (_gate)
            {
                _lines.Add(line);
            }

            PassCommandsAsync(line).Observe();
            line.Server.CopyToAsync(line.Client, _end.Token).Observe();
        }
    }

    private async Task PassCommandsAsync(Line line)
    {
        var buffer = new byte[64 * 1024];
        int read;
        while ((read = await line.Client.ReadAsync(buffer, _end.Token)) > 0)
        {
            var chunk = buffer.AsMemory(0, read);
            bool holding;
            lock (_gate)
            {
                holding = _holding;
                if (holding)
                {
                    line.Held.AddRange(chunk.ToArray());
                }

                line.Unparsed.AddRange(chunk.ToArray());
                while (RespCommand.TryTake(line.Unparsed) is { } words)
                {
                    if (_counting && words.Exists(word => word.StartsWith(_keyPrefix, StringComparison.Ordinal)))
                    {
                        _seen.Writer.TryWrite(words[0]);
                    }
                }
            }

            if (!holding)
            {
                await line.Server.WriteAsync(chunk, _end.Token);
            }
        }
    }
}
