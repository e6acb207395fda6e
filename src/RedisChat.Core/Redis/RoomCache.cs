namespace RedisChat.Redis;

/// <summary>
/// The last message id seen in each room, for the rooms used most recently. Only a hint: a wrong one costs a round trip, never more.
/// </summary>
internal sealed class RoomCache(int capacity)
{
    private readonly object _gate = new();
    private readonly Dictionary<string, LinkedListNode<(string Room, long Last)>> _nodes = new(StringComparer.Ordinal);
    private readonly LinkedList<(string Room, long Last)> _byUse = new();

    public bool TryGet(string room, out long last)
    {
        lock (_gate)
        {
            if (!_nodes.TryGetValue(room, out var node))
            {
                last = 0;
                return false;
            }

            Touch(node);
            last = node.Value.Last;
            return true;
        }
    }

    /// <summary>Notes a room's last id as it was read.</summary>
    public void Set(string room, long last) => Set(room, last, onlyUp: false);

    /// <summary>Notes an id that was given out. Answers to concurrent sends come in any order, so it may not be the last one.</summary>
    public void Raise(string room, long id) => Set(room, id, onlyUp: true);

    private void Set(string room, long last, bool onlyUp)
    {
        lock (_gate)
        {
            if (_nodes.TryGetValue(room, out var node))
            {
                node.Value = (room, onlyUp ? Math.Max(last, node.Value.Last) : last);
                Touch(node);
                return;
            }

            if (_nodes.Count >= capacity)
            {
                _nodes.Remove(_byUse.Last!.Value.Room);
                _byUse.RemoveLast();
            }

            _nodes.Add(room, _byUse.AddFirst((room, last)));
        }
    }

    private void Touch(LinkedListNode<(string Room, long Last)> node)
    {
        if (node != _byUse.First)
        {
            _byUse.Remove(node);
            _byUse.AddFirst(node);
        }
    }
}
