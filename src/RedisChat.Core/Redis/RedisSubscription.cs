using StackExchange.Redis;

namespace RedisChat.Redis;

/// <summary>The subscription to one room's channel, shared by all its watchers in this process.</summary>
internal sealed class RedisSubscription(string room, int bufferSize)
{
    private readonly object _gate = new();
    private readonly TaskCompletionSource _closed = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly List<LiveEvent> _parsed = [];
    private RoomPosition? _heard;

    public string Room => room;

    public RoomFeed Feed { get; } = new(bufferSize);

    /// <summary>How many watch; guarded by the owner's lock. Below zero once it is being closed.</summary>
    public int Watchers { get; set; }

    /// <summary>Ends when the channel was unsubscribed from and the room may be subscribed to anew.</summary>
    public Task Closed => _closed.Task;

    /// <summary>Held while the channel is subscribed to or unsubscribed from.</summary>
    public SemaphoreSlim Changing { get; } = new(1);

    public ChannelMessageQueue? Queue { get; set; }

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

        set
        {
            lock (_gate)
            {
                _heard = value;
            }
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

    /// <summary>Takes what came over the channel; <see langword="false"/> if it was no event. Called for one message at a time.</summary>
    public bool Receive(RedisValue payload)
    {
        _parsed.Clear();
        if (!LivePayload.TryRead(((ReadOnlyMemory<byte>)payload).Span, _parsed))
        {
            Feed.CatchUp(CatchUpCause.Unreadable);
            return false;
        }

        Heard = _parsed[^1].Happened.Position;
        foreach (var happened in _parsed)
        {
            Feed.Publish(happened);
        }

        return true;
    }

    public void SetClosed() => _closed.SetResult();
}
