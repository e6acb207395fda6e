using System.Collections.Concurrent;
using System.Net;
using StackExchange.Redis;

namespace RedisChat.Redis;

/// <summary>
/// Waits until writes have reached replicas or the disk, as a group commit: one <c>WAIT</c> or <c>WAITAOF</c> covers every earlier write on its
/// connection, and writes that arrive while one is pending share the next.
/// </summary>
internal sealed class RedisWaits
{
    private readonly ConcurrentDictionary<(EndPoint Server, int Replicas, bool IsFsynced), Line> _lines = new();
    private long _occupiedMs;

    /// <summary>How long the pending waits may block their connections.</summary>
    public TimeSpan Occupied => TimeSpan.FromMilliseconds(Volatile.Read(ref _occupiedMs));

    /// <summary>Whether everything stored on the server before this call reached a level of durability in time.</summary>
    public Task<bool> ReachAsync(IServer server, Durability durability) =>
        _lines.GetOrAdd((server.EndPoint, durability.Replicas, durability.IsFsynced), _ => new Line(this)).JoinAsync(server, durability);

    /// <summary>A wait that returns at once, to check whether the user may run the command.</summary>
    public static Task TryAsync(IServer server, Durability durability) =>
        durability.IsFsynced ? server.ExecuteAsync("WAITAOF", 0, 0, 1) : server.ExecuteAsync("WAIT", 0, 1);

    /// <summary>The waits for one level on one server, one at a time.</summary>
    private sealed class Line(RedisWaits waits)
    {
        private readonly object _gate = new();
        private Round? _next;
        private bool _running;

        public Task<bool> JoinAsync(IServer server, Durability durability)
        {
            lock (_gate)
            {
                _next ??= new Round(server, durability);
                _next.Timeout = _next.Timeout < durability.Timeout ? durability.Timeout : _next.Timeout;
                var reached = _next.Reached.Task;
                if (!_running)
                {
                    _running = true;
                    _ = RunAsync();
                }

                return reached;
            }
        }

        private async Task RunAsync()
        {
            while (Next() is { } round)
            {
                var milliseconds = (long)Math.Ceiling(round.Timeout.TotalMilliseconds);
                Interlocked.Add(ref waits._occupiedMs, milliseconds);
                try
                {
                    round.Reached.SetResult(await round.WaitAsync(milliseconds).ConfigureAwait(false));
                }
                catch (Exception e)
                {
                    round.Reached.SetException(e);

                    // Observed here because all callers may have given up, and it would then be reported as unobserved.
                    _ = round.Reached.Task.Exception;
                }
                finally
                {
                    Interlocked.Add(ref waits._occupiedMs, -milliseconds);
                }
            }
        }

        private Round? Next()
        {
            lock (_gate)
            {
                var round = _next;
                _next = null;
                _running = round is not null;
                return round;
            }
        }
    }

    /// <summary>One wait, shared by all callers that joined before it began.</summary>
    private sealed class Round(IServer server, Durability durability)
    {
        public TimeSpan Timeout { get; set; } = durability.Timeout;

        public TaskCompletionSource<bool> Reached { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);

        public async Task<bool> WaitAsync(long milliseconds)
        {
            if (durability.IsFsynced)
            {
                var counts = (RedisResult[])(await server.ExecuteAsync("WAITAOF", 1, 0, milliseconds).ConfigureAwait(false))!;
                return (int)counts[0] >= 1;
            }

            return (int)await server.ExecuteAsync("WAIT", durability.Replicas, milliseconds).ConfigureAwait(false) >= durability.Replicas;
        }
    }
}
