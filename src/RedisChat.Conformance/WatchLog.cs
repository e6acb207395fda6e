namespace RedisChat.Conformance;

/// <summary>Watches a room in the background, records its events, and applies them to what was known of the room. Thread-safe.</summary>
public sealed class WatchLog : IAsyncDisposable
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(60);

    private readonly CancellationTokenSource _end = new();
    private readonly List<RoomEvent> _events = [];
    private readonly SortedDictionary<long, Message> _room = [];
    private readonly Dictionary<long, IReadOnlyList<Reaction>> _reactions = [];
    private readonly List<(Func<WatchLog, bool> Condition, TaskCompletionSource Met)> _awaited = [];
    private readonly Task _watching;

    /// <summary>Starts to watch.</summary>
    /// <param name="events">The events, as <see cref="IMessageStore.WatchAsync"/> streams them.</param>
    /// <param name="known">The whole room at the position from which the events start; <see langword="null"/> if nothing is known of it.</param>
    public WatchLog(IAsyncEnumerable<RoomEvent> events, MessagePage? known = null)
    {
        foreach (var message in known?.Messages ?? [])
        {
            _room.Add(message.Id, message);
        }

        foreach (var (id, reactions) in known?.Reactions ?? new Dictionary<long, IReadOnlyList<Reaction>>())
        {
            _reactions.Add(id, reactions);
        }

        _watching = Task.Run(() => WatchAsync(events));
    }

    /// <summary>All events so far.</summary>
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

    /// <summary>The messages of the room after the events so far, by id.</summary>
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

    /// <summary>The reactions to the messages of the room after the events so far, by message id.</summary>
    public IReadOnlyDictionary<long, IReadOnlyList<Reaction>> Reactions
    {
        get
        {
            lock (_events)
            {
                return new Dictionary<long, IReadOnlyList<Reaction>>(_reactions);
            }
        }
    }

    /// <summary>The position of the last event.</summary>
    public RoomPosition Position => Events[^1].Position;

    /// <summary>The ids of the messages that were reported as created, in the order of the events.</summary>
    public IEnumerable<long> CreatedIds => Events.OfType<RoomEvent.Created>().Select(created => created.Message.Id);

    /// <summary>Waits for <see cref="RoomEvent.CaughtUp"/>.</summary>
    public Task CaughtUpAsync() => UntilAsync(log => log._events.Exists(happened => happened is RoomEvent.CaughtUp));

    /// <summary>Waits until the events have reached a message id and a revision.</summary>
    /// <param name="position">Has the two.</param>
    public Task ReachesAsync(RoomPosition position) =>
        UntilAsync(log => log._events.Count > 0 && log._events[^1].Position is var seen
            && seen.MessageId >= position.MessageId && seen.Revision >= position.Revision);

    /// <summary>Waits until a condition holds, which is checked after each event.</summary>
    /// <param name="condition">The condition. It must not block.</param>
    /// <exception cref="TimeoutException">It did not hold within 60 seconds.</exception>
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

            throw new TimeoutException($"The awaited event did not arrive in time. The last events were: {string.Join(", ", Events.TakeLast(20))}");
        }
    }

    /// <summary>Stops watching; throws what the watcher threw.</summary>
    public async ValueTask DisposeAsync()
    {
        await _end.CancelAsync();
        try
        {
            await _watching.WaitAsync(Patience);
        }
        catch (OperationCanceledException)
        {
            // A cancelled watcher ends this way.
        }
        catch (Exception e) when (e is ObjectDisposedException or ChatForbiddenException or ChatUnavailableException)
        {
            // How a watcher ends whose store was disposed before it, or whose user may no longer read or may have been revoked.
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
            case RoomEvent.PartWritten part when _room.TryGetValue(part.MessageId, out var message):
                _room[part.MessageId] = message with { Text = message.Text[..part.Offset] + part.Text };
                break;
            case RoomEvent.WritingEnded { Message: var message }:
                _room[message.Id] = message;
                break;
            case RoomEvent.PreviewsChanged { MessageId: var id, Previews: var previews } when _room.TryGetValue(id, out var message):
                _room[id] = message with { Previews = previews };
                break;
            case RoomEvent.Deleted { MessageId: var id }:
                _room.Remove(id);
                _reactions.Remove(id);
                break;
            case RoomEvent.DeletedMany { MessageIds: var ids }:
                foreach (var id in ids)
                {
                    _room.Remove(id);
                    _reactions.Remove(id);
                }

                break;
            case RoomEvent.Reacted { MessageId: var id, Reactions: { Count: > 0 } reactions }:
                _reactions[id] = reactions;
                break;
            case RoomEvent.Reacted { MessageId: var id }:
                _reactions.Remove(id);
                break;
            case RoomEvent.Gap:
                // What was known may be wrong. A real application would reload the room here.
                _room.Clear();
                _reactions.Clear();
                break;
        }
    }
}
