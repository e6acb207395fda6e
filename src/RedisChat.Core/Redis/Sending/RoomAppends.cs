namespace RedisChat.Redis;

/// <summary>
/// The sends to one room over one connection, one call after the other: what comes while a call is under way goes together in the next one (group
/// commit). One that finds no call under way goes at once.
/// </summary>
internal sealed class RoomAppends(string room, RoomKeys keys, RedisConnection connection)
{
    private readonly object _gate = new();
    private Queue<PendingSend>? _waiting;
    private bool _isBusy;

    public string Room => room;

    /// <summary>The keys of the room, for the call that is under way.</summary>
    public RoomKeys Keys => keys;

    /// <summary>The error of a send that was cancelled while it waited.</summary>
    public Func<OperationCanceledException, Exception> NotSent { get; } = connection.Errors.NotSent;

    /// <summary>Whether no call is under way, so that this send is to be called for; else it waits for its turn.</summary>
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

    /// <summary>Takes what goes in the next call; <see langword="false"/> if nothing waits, and no call is under way from here on.</summary>
    public bool TryTakeNext(AppendCall call)
    {
        lock (_gate)
        {
            while (_waiting is { Count: > 0 } && call.TryAdd(_waiting.Peek()))
            {
                _waiting.Dequeue();
            }

            return _isBusy = call.Sends.Count > 0;
        }
    }
}
