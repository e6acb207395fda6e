namespace RedisChat.Conformance;

/// <summary>Watches an inbox in the background, and records what was delivered. Thread-safe.</summary>
public sealed class InboxLog : IAsyncDisposable
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(60);

    private readonly CancellationTokenSource _end = new();
    private readonly List<InboxChange> _changes = [];
    private readonly Dictionary<string, InboxRoom> _rooms = [];
    private readonly List<(Func<InboxLog, bool> Condition, TaskCompletionSource Met)> _awaited = [];
    private readonly Task _watching;

    /// <summary>Starts to watch.</summary>
    /// <param name="changes">The changes, as <see cref="UserInbox.WatchAsync"/> streams them.</param>
    public InboxLog(IAsyncEnumerable<InboxChange> changes) => _watching = Task.Run(() => WatchAsync(changes));

    /// <summary>All changes so far.</summary>
    public IReadOnlyList<InboxChange> Changes
    {
        get
        {
            lock (_changes)
            {
                return [.. _changes];
            }
        }
    }

    /// <summary>The rooms of the inbox after the changes so far.</summary>
    public IReadOnlyDictionary<string, InboxRoom> Rooms
    {
        get
        {
            lock (_changes)
            {
                return new Dictionary<string, InboxRoom>(_rooms);
            }
        }
    }

    /// <summary>Completes, or fails, when the stream has ended.</summary>
    public Task Ended => _watching;

    /// <summary>Waits until a condition holds, which is checked after each change.</summary>
    /// <param name="condition">The condition. It must not block.</param>
    /// <exception cref="TimeoutException">It did not hold within 60 seconds.</exception>
    public async Task UntilAsync(Func<InboxLog, bool> condition)
    {
        TaskCompletionSource met = new(TaskCreationOptions.RunContinuationsAsynchronously);
        lock (_changes)
        {
            if (condition(this))
            {
                return;
            }

            _awaited.Add((condition, met));
        }

        await Task.WhenAny(met.Task, _watching, Task.Delay(Patience));
        if (!met.Task.IsCompleted)
        {
            if (_watching.IsCompleted)
            {
                await _watching;
            }

            throw new TimeoutException($"The awaited change did not arrive in time. The last changes were: {string.Join(", ", Changes.TakeLast(20))}");
        }
    }

    /// <summary>Stops watching; throws what the stream threw.</summary>
    public async ValueTask DisposeAsync()
    {
        await _end.CancelAsync();
        try
        {
            await _watching.WaitAsync(Patience);
        }
        catch (Exception e) when (e is OperationCanceledException or ObjectDisposedException or ChatForbiddenException)
        {
            // How a stream ends that is cancelled, whose store is disposed, or whose user is revoked.
        }
    }

    private async Task WatchAsync(IAsyncEnumerable<InboxChange> changes)
    {
        await foreach (var change in changes.WithCancellation(_end.Token))
        {
            lock (_changes)
            {
                _changes.Add(change);
                if (change.Now is { } now)
                {
                    _rooms[change.Room] = now;
                }
                else
                {
                    _rooms.Remove(change.Room);
                }

                foreach (var (condition, met) in _awaited)
                {
                    if (!met.Task.IsCompleted && condition(this))
                    {
                        met.SetResult();
                    }
                }
            }
        }
    }
}
