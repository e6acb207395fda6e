namespace RedisChat.Redis;

/// <summary>
/// What was last seen of the rooms used most recently. To find a room's keys it is only a hint: a wrong one costs a round trip, never more.
/// It also shows a replica that is behind, and history that was lost, as far as it remembers.
/// </summary>
internal sealed class RoomCache(int capacity)
{
    private readonly object _gate = new();
    private readonly Dictionary<string, LinkedListNode<(string Room, KnownRoom Known)>> _nodes = new(StringComparer.Ordinal);
    private readonly LinkedList<(string Room, KnownRoom Known)> _byUse = new();

    public bool TryGet(string room, out KnownRoom known)
    {
        lock (_gate)
        {
            if (!_nodes.TryGetValue(room, out var node))
            {
                known = KnownRoom.None;
                return false;
            }

            Touch(node);
            known = node.Value.Known;
            return true;
        }
    }

    /// <summary>Notes a room as it was found.</summary>
    public void Set(string room, KnownRoom known) => Set(room, known, raise: false);

    /// <summary>Notes what an answer tells of a room. Concurrent answers come in any order, so it may know more already.</summary>
    public void Raise(string room, KnownRoom known) => Set(room, known, raise: true);

    private void Set(string room, KnownRoom known, bool raise)
    {
        lock (_gate)
        {
            if (_nodes.TryGetValue(room, out var node))
            {
                node.Value = (room, raise ? node.Value.Known.Or(known) : known);
                Touch(node);
                return;
            }

            if (_nodes.Count >= capacity)
            {
                _nodes.Remove(_byUse.Last!.Value.Room);
                _byUse.RemoveLast();
            }

            _nodes.Add(room, _byUse.AddFirst((room, known)));
        }
    }

    private void Touch(LinkedListNode<(string Room, KnownRoom Known)> node)
    {
        if (node != _byUse.First)
        {
            _byUse.Remove(node);
            _byUse.AddFirst(node);
        }
    }
}
