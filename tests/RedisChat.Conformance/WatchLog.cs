namespace RedisChat.Conformance;

/// <summary>A watcher that writes down what it is told, and the room as that makes it.</summary>
public sealed class WatchLog : IAsyncDisposable
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(60);

    private readonly CancellationTokenSource _end = new();
    private readonly List<RoomEvent> _events = [];
    private readonly SortedDictionary<long, Message> _room = [];
    private readonly List<(Func<WatchLog, bool> Condition, TaskCompletionSource Met)> _awaited = [];
    private readonly Task _watching;

    public WatchLog(IAsyncEnumerable<RoomEvent> events, IEnumerable<Message>? known = null)
    {
        foreach (var message in known ?? [])
        {
            _room.Add(message.Id, message);
        }

        _watching = Task.Run(() => WatchAsync(events));
    }

    public IReadOnlyList<RoomEvent> Events
    {
        get
        {
            lock (_events)
            {
                return [.. _events];
            }
        }
    }

    /// <summary>The room as the events made it.</summary>
    public IReadOnlyList<Message> Room
    {
        get
        {
            lock (_events)
            {
                return [.. _room.Values];
            }
        }
    }

    public RoomPosition Position => Events[^1].Position;

    public IEnumerable<long> CreatedIds => Events.OfType<RoomEvent.Created>().Select(created => created.Message.Id);

    /// <summary>Waits until it was told that it is up to date.</summary>
    public Task CaughtUpAsync() => UntilAsync(log => log._events.Exists(happened => happened is RoomEvent.CaughtUp));

    /// <summary>Waits until it has seen the room up to a message and a revision.</summary>
    public Task ReachesAsync(RoomPosition position) =>
        UntilAsync(log => log._events.Count > 0 && log._events[^1].Position is var seen
            && seen.MessageId >= position.MessageId && seen.Revision >= position.Revision);

    public async Task UntilAsync(Func<WatchLog, bool> condition)
    {
        TaskCompletionSource met = new(TaskCreationOptions.RunContinuationsAsynchronously);
        lock (_events)
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

            throw new TimeoutException($"Not told in time. Told so far: {string.Join(", ", Events.TakeLast(20))}");
        }
    }

    public async ValueTask DisposeAsync()
    {
        await _end.CancelAsync();
        try
        {
            await _watching.WaitAsync(Patience);
        }
        catch (OperationCanceledException)
        {
            // How a watcher ends.
        }
        catch (ObjectDisposedException)
        {
            // How a watcher ends whose store was disposed before it.
        }
    }

    private async Task WatchAsync(IAsyncEnumerable<RoomEvent> events)
    {
        await foreach (var happened in events.WithCancellation(_end.Token))
        {
            lock (_events)
            {
                _events.Add(happened);
                Apply(happened);
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

    private void Apply(RoomEvent happened)
    {
        switch (happened)
        {
            case RoomEvent.Created { Message: var message }:
                _room.Add(message.Id, message);
                break;
            case RoomEvent.Edited { Message: var message }:
                _room[message.Id] = message;
                break;
            case RoomEvent.Deleted { MessageId: var id }:
                _room.Remove(id);
                break;
            case RoomEvent.Gap:
                // What was known may be wrong; a real application loads the room anew here.
                _room.Clear();
                break;
        }
    }
}
