using StackExchange.Redis;

namespace RedisChat.Redis;

/// <summary>The subscription to one room's channel, shared by all its watchers in this process.</summary>
internal sealed class RedisSubscription(string room, int bufferSize)
{
    private readonly object _gate = new();
    private readonly TaskCompletionSource _closed = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly List<LiveEvent> _parsed = [];
    private RoomPosition? _heard;
    private ChannelMessageQueue? _queue;
    private int _watchers;
    private bool _repairing;
    private bool _repairAgain;

    public string Room => room;

    public RoomFeed Feed { get; } = new(bufferSize);

    /// <summary>Cancelled when the last watcher has left: nobody waits for it to be subscribed to any more.</summary>
    public CancellationTokenSource Unwatched { get; } = new();

    /// <summary>Ends when the channel was unsubscribed from and the room may be subscribed to anew.</summary>
    public Task Closed => _closed.Task;

    /// <summary>Held while the channel is subscribed to or unsubscribed from.</summary>
    public SemaphoreSlim Changing { get; } = new(1);

    /// <summary>The queue that is listened to; changed only while <see cref="Changing"/> is held.</summary>
    public ChannelMessageQueue? Queue
    {
        get => Volatile.Read(ref _queue);
        set => Volatile.Write(ref _queue, value);
    }

    /// <summary>The last position that was heard live, or that a watcher read when it began; nothing before that.</summary>
    public RoomPosition? Heard
    {
        get
        {
            lock (_gate)
            {
                return _heard;
            }
        }
    }

    /// <summary>One more watches; <see langword="false"/> if it is being closed. Called under the owner's lock, like <see cref="Leave"/>.</summary>
    public bool TryJoin()
    {
        if (_watchers < 0)
        {
            return false;
        }

        _watchers++;
        return true;
    }

    /// <summary>One less watches. Whether it was the last, and the subscription must be closed.</summary>
    public bool Leave()
    {
        if (--_watchers > 0)
        {
            return false;
        }

        _watchers = -1;
        return true;
    }

    /// <summary>Begins a repair, unless one is under way.</summary>
    /// <param name="afresh">Whether one that is under way must be followed by another, for it may be subscribing over a connection that is gone.</param>
    public bool TryBeginRepair(bool afresh)
    {
        lock (_gate)
        {
            _repairAgain |= afresh && _repairing;
            return !_repairing && (_repairing = true);
        }
    }

    /// <summary>Ends a repair. Whether another must follow.</summary>
    public bool EndRepair()
    {
        lock (_gate)
        {
            (_repairing, _repairAgain, var again) = (_repairAgain, false, _repairAgain);
            return again;
        }
    }

    /// <summary>A watcher has read the room after the channel was subscribed to: what is heard must go on from there.</summary>
    public void Joined(RoomPosition position)
    {
        lock (_gate)
        {
            _heard ??= position;
        }
    }

    /// <summary>A probe has found that what happened between these positions was not heard, and is not waiting for it.</summary>
    public void Missed(RoomPosition heard, RoomPosition position)
    {
        lock (_gate)
        {
            // Something may have been heard since the probe looked.
            _heard = _heard == heard ? position : _heard;
        }
    }

    /// <summary>Takes what came over the channel; <see langword="false"/> if it was no event.</summary>
    public bool Receive(ChannelMessageQueue queue, RedisValue payload)
    {
        lock (_gate)
        {
            // A queue goes on for a while after it was unsubscribed from; two at once would mix up the order.
            return queue != Queue || Receive(payload);
        }
    }

    private bool Receive(RedisValue payload)
    {
        _parsed.Clear();
        if (!LivePayload.TryRead(((ReadOnlyMemory<byte>)payload).Span, _parsed))
        {
            Feed.CatchUp(CatchUpCause.Unreadable);
            return false;
        }

        // Numbers that go back: the room lost a part of its history. The probe would not see it any more once this is what was heard last.
        var position = _parsed[^1].Happened.Position;
        if (_heard is { } before && !position.IsAtOrAfter(before))
        {
            Feed.CatchUp(CatchUpCause.Hole);
        }

        _heard = position;
        foreach (var happened in _parsed)
        {
            Feed.Publish(happened);
        }

        return true;
    }

    public void SetClosed() => _closed.SetResult();
}
