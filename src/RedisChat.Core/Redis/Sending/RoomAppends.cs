namespace RedisChat.Redis;

/// <summary>
/// The sends to one room over one connection, one call at a time. Sends that arrive during a call share the next one (group commit). A send that
/// arrives when no call is running starts one.
/// </summary>
internal sealed class RoomAppends(string room, RoomKeys keys)
{
    // A longer queue is dropped once it is empty: after a burst in every room, such queues would add up.
    private const int LongestQueueKept = 64;

    private readonly object _gate = new();
    private Queue<PendingSend>? _waiting;
    private bool _isBusy;

    public string Room => room;

    /// <summary>The keys of the room, for the current call.</summary>
    public RoomKeys Keys => keys;

    /// <summary>Returns true if no call is running, so that the caller must start one for this send. Otherwise the send waits for its turn.</summary>
    public bool TryBegin(PendingSend send)
    {
        lock (_gate)
        {
            if (!_isBusy)
            {
                return _isBusy = true;
            }

            (_waiting ??= new()).Enqueue(send);
            return false;
        }
    }

    /// <summary>Moves waiting sends into the next call; <see langword="false"/> if none is waiting.</summary>
    public bool TryTakeNext(AppendCall call)
    {
        lock (_gate)
        {
            while (_waiting is { Count: > 0 } && call.TryAdd(_waiting.Peek()))
            {
                _waiting.Dequeue();
            }

            return call.Sends.Count > 0;
        }
    }

    /// <summary>Records that no call is running; <see langword="false"/> if a send is waiting for the next one.</summary>
    public bool TryEnd()
    {
        lock (_gate)
        {
            if (_waiting is { Count: > 0 })
            {
                return false;
            }

            if (_waiting?.EnsureCapacity(0) > LongestQueueKept)
            {
                _waiting = null;
            }

            _isBusy = false;
            return true;
        }
    }
}
