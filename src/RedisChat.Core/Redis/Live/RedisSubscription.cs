using StackExchange.Redis;

namespace RedisChat.Redis;

/// <summary>The subscription to one room's channel, shared by all its watchers in this process.</summary>
/// <remarks>There may be very many, most of them for quiet rooms, so whatever is only needed at times is created on demand.</remarks>
internal sealed class RedisSubscription(RedisLive live, string room, int bufferSize, TimeProvider time) : ILiveRoom
{
    private readonly object _gate = new();
    private TaskCompletionSource? _closed;
    private CancellationTokenSource? _unwatched;
    private SemaphoreSlim? _changing;
    private RedisListener? _listener;
    private int _watchers;
    private int _changes;
    private bool _repairing;
    private bool _repairAgain;

    public string Room => room;

    /// <summary>What was heard of the room.</summary>
    public HeardRoom Heard { get; } = new(bufferSize, time);

    public RoomFeed Feed => Heard.Feed;

    /// <summary>The channel's handler; changed only between <see cref="BeginChangeAsync"/> and <see cref="EndChange"/>.</summary>
    public RedisListener? Listener
    {
        get => Volatile.Read(ref _listener);
        set => Volatile.Write(ref _listener, value);
    }

    /// <summary>Adds a watcher. If the subscription is being closed, returns a task that ends once the room may be subscribed to again.</summary>
    /// <remarks>Called under the owner's lock, like <see cref="Leave"/>.</remarks>
    public Task? Join()
    {
        if (_closed is null)
        {
            _watchers++;
        }

        return _closed?.Task;
    }

    /// <summary>Removes a watcher. Returns whether it was the last one, and the subscription must be closed.</summary>
    public bool Leave()
    {
        if (--_watchers > 0)
        {
            return false;
        }

        _closed = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        return true;
    }

    public void SetClosed() => _closed!.SetResult();

    public void Confirmed(RoomPosition position) => Heard.Confirmed(position);

    public ValueTask LeaveAsync() => live.LeaveAsync(this);

    /// <summary>Waits for the turn to subscribe to the channel or unsubscribe from it.</summary>
    public async Task BeginChangeAsync(CancellationToken cancellationToken)
    {
        SemaphoreSlim changing;
        lock (_gate)
        {
            _changes++;
            changing = _changing ??= new SemaphoreSlim(1);
        }

        try
        {
            await changing.WaitAsync(cancellationToken).ConfigureAwait(false);
        }
        catch
        {
            EndChange(isDone: false);
            throw;
        }
    }

    /// <summary>Passes the turn on.</summary>
    /// <param name="isDone">Whether the caller had the turn.</param>
    public void EndChange(bool isDone = true)
    {
        lock (_gate)
        {
            if (isDone)
            {
                _changing!.Release();
            }

            _changing = --_changes == 0 ? null : _changing;
        }
    }

    /// <summary>Starts a repair, unless one is running or the last watcher has left.</summary>
    /// <param name="again">Whether a running repair must be followed by another, because it may be subscribing over a dead connection.</param>
    /// <param name="unwatched">Canceled when the last watcher has left.</param>
    public bool TryBeginRepair(bool again, out CancellationToken unwatched)
    {
        lock (_gate)
        {
            _unwatched ??= new CancellationTokenSource();
            unwatched = _unwatched.Token;
            _repairAgain |= again && _repairing;
            return !_repairing && _closed is null && (_repairing = true);
        }
    }

    /// <summary>Ends the repairs, because the last watcher has left.</summary>
    public Task EndRepairsAsync()
    {
        lock (_gate)
        {
            return _unwatched?.CancelAsync() ?? Task.CompletedTask;
        }
    }

    /// <summary>Ends a repair. Returns whether another must follow.</summary>
    public bool EndRepair()
    {
        lock (_gate)
        {
            (_repairing, _repairAgain, var again) = (_repairAgain, false, _repairAgain);
            return again;
        }
    }

    /// <summary>The room's position after the last event heard, if the channel is subscribed to and no event is known to be missing.</summary>
    public bool TryGetHeard(out RoomPosition heard)
    {
        lock (_gate)
        {
            return Heard.TryGetWhole(out heard) && Listener is not null && !_repairing;
        }
    }

    /// <summary>Handles a payload from the channel; <see langword="false"/> if it was not an event.</summary>
    public bool Hear(RedisValue payload)
    {
        var bytes = ((ReadOnlyMemory<byte>)payload).Span;
        if (LivePayload.IsPassing(bytes))
        {
            HearPassing(bytes);
            return true;
        }

        var cipher = live.CipherOf(room);
        if (!live.Payload.TryRead(bytes, out var events, this, cipher))
        {
            // In an encrypted room, the event may need a key that the read from the store loads.
            Feed.CatchUp(CatchUpCause.Unreadable);
            return cipher is not null;
        }

        if (events != default)
        {
            if (events.First.Happened is RoomEvent.RoomDeleted deleted)
            {
                live.Deleted(room, deleted.Position.Epoch);
            }

            Heard.Hear(events);
        }

        return true;
    }

    /// <summary>Delivers passing events that did not come from the channel as they are.</summary>
    public void HearPassing(LiveEvents events)
    {
        lock (_gate)
        {
            Heard.HearPassing(events);
        }
    }

    private void HearPassing(ReadOnlySpan<byte> payload)
    {
        // Handlers run in parallel, and passing events have no place among the others that would restore their order later.
        lock (_gate)
        {
            if (live.Payload.ReadPassing(payload, this, Heard.Position ?? RoomPosition.Start, live.CipherOf(room)) is { First: not null } events)
            {
                Heard.HearPassing(events);
            }
        }
    }
}
