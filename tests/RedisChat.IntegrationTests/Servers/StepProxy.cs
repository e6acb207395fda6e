using System.Net;
using System.Threading.Channels;

namespace RedisChat.IntegrationTests;

/// <summary>
/// A proxy in front of a server that lets a test step through round trips: once stepping, it holds the client's commands until the test has
/// seen the expected ones. All commands that a client sends before it has an answer are one round trip.
/// </summary>
/// <param name="server">The server.</param>
/// <param name="keyPrefix">Only commands that name a key with this prefix count.</param>
internal sealed class StepProxy(EndPoint server, string keyPrefix) : CommandProxy<StepProxy.Line>(server)
{
    private readonly Channel<string> _seen = Channel.CreateUnbounded<string>();
    private bool _holding;
    private bool _counting;

    internal sealed class Line : ProxyLine
    {
        public List<byte> Held { get; } = [];
    }

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

    protected override ValueTask<bool> PassesAsync(Line line, RespMessage command)
    {
        lock (Gate)
        {
            if (_holding)
            {
                line.Held.AddRange(command.Bytes);
            }

            if (_counting && command.Names(keyPrefix))
            {
                _seen.Writer.TryWrite(command.Words[0]);
            }

            return new(!_holding);
        }
    }

    private void Hold()
    {
        lock (Gate)
        {
            (_holding, _counting) = (true, true);
        }
    }

    // What comes from now on belongs to no round trip of the action.
    private void StopCounting()
    {
        lock (Gate)
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
        lock (Gate)
        {
            _holding = Array.Exists(Lines, line => line.Held.Count > 0);
            return !_holding;
        }
    }

    private async Task PassAsync()
    {
        foreach (var line in Lines)
        {
            byte[] held;
            lock (Gate)
            {
                held = [.. line.Held];
                line.Held.Clear();
            }

            await line.Server.WriteAsync(held);
        }
    }
}
