namespace RedisChat.Redis;

/// <summary>
/// The queues of the rooms: those with a running call, however many there are, and the most recently used of the others. A busy room is never evicted,
/// because a second queue for it would overtake the first one and break the order of its sends.
/// </summary>
/// <param name="capacity">How many rooms to keep, unless more are busy.</param>
/// <param name="make">Creates the queue of a room. It takes 1 to 2 KB, its keys included.</param>
internal sealed class RoomQueues(int capacity, Func<string, RoomAppends> make)
{
    private readonly object _gate = new();
    private readonly Dictionary<string, LinkedListNode<RoomAppends>> _rooms = new(StringComparer.Ordinal);
    private readonly LinkedList<RoomAppends> _idle = new();

    /// <summary>The number of rooms that are kept.</summary>
    public int Count
    {
        get
        {
            lock (_gate)
            {
                return _rooms.Count;
            }
        }
    }

    /// <summary>Queues a send.</summary>
    /// <param name="room">Its room.</param>
    /// <param name="send">The send.</param>
    /// <param name="begins">Whether no call is running, so that the caller must start one for this send.</param>
    public RoomAppends Enter(string room, PendingSend send, out bool begins)
    {
        lock (_gate)
        {
            if (!_rooms.TryGetValue(room, out var node))
            {
                node = new LinkedListNode<RoomAppends>(make(room));
                _rooms.Add(room, node);
            }

            begins = node.Value.TryBegin(send);
            if (begins && node.List is not null)
            {
                _idle.Remove(node);
            }

            return node.Value;
        }
    }

    /// <summary>Records that a room has no running call; <see langword="false"/> if a send is waiting for the next one.</summary>
    public bool TryLeave(RoomAppends appends)
    {
        lock (_gate)
        {
            if (!appends.TryEnd())
            {
                return false;
            }

            _idle.AddFirst(_rooms[appends.Room]);
            while (_rooms.Count > capacity && _idle.Last is { } oldest)
            {
                _idle.RemoveLast();
                _rooms.Remove(oldest.Value.Room);
            }

            return true;
        }
    }
}
