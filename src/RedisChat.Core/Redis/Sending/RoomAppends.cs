namespace RedisChat.Redis;

/// <summary>
/// The sends to one room over one connection, one call after the other: sends that arrive during a call go together in the next one (group commit). One
/// that finds no call under way starts one.
/// </summary>
internal sealed class RoomAppends(string room, RoomKeys keys)
{
    // A longer queue, once it is empty, is not kept: after a burst in every room they would add up.
    private const int LongestQueueKept = 64;

    private readonly object _gate = new();
    private Queue<PendingSend>? _waiting;
    private bool _isBusy;

    public string Room => room;

    /// <summary>The keys of the room, for the call that is under way.</summary>
    public RoomKeys Keys => keys;

    /// <summary>Returns true if no call is under way, so that the caller must start one for this send; else the send waits for its turn.</summary>
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

    /// <summary>Takes what goes in the next call; <see langword="false"/> if nothing waits.</summary>
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

    /// <summary>Notes that no call is under way any more; <see langword="false"/> if a send waits for the next one.</summary>
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
