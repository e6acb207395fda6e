namespace RedisChat.Redis;

/// <summary>A value for each of the most recently used rooms. For small values only, because only their number is limited.</summary>
internal sealed class RecentRooms<T>(int capacity)
{
    private readonly object _gate = new();
    private readonly Dictionary<string, LinkedListNode<(string Room, T Value)>> _nodes = new(StringComparer.Ordinal);
    private readonly LinkedList<(string Room, T Value)> _byUse = new();

    public bool TryGet(string room, out T? value)
    {
        lock (_gate)
        {
            if (!_nodes.TryGetValue(room, out var node))
            {
                value = default;
                return false;
            }

            Touch(node);
            value = node.Value.Value;
            return true;
        }
    }

    /// <summary>Sets a value, or combines it with the old one if there is one.</summary>
    public void Set(string room, T value, Func<T, T, T>? combine = null)
    {
        lock (_gate)
        {
            if (_nodes.TryGetValue(room, out var node))
            {
                node.ValueRef.Value = combine is null ? value : combine(node.Value.Value, value);
                Touch(node);
                return;
            }

            Add(room, value);
        }
    }

    /// <summary>Removes a room's value, if there is one.</summary>
    public void Remove(string room)
    {
        lock (_gate)
        {
            if (_nodes.Remove(room, out var node))
            {
                _byUse.Remove(node);
            }
        }
    }

    private void Add(string room, T value)
    {
        if (_nodes.Count >= capacity)
        {
            _nodes.Remove(_byUse.Last!.Value.Room);
            _byUse.RemoveLast();
        }

        _nodes.Add(room, _byUse.AddFirst((room, value)));
    }

    private void Touch(LinkedListNode<(string Room, T Value)> node)
    {
        if (node != _byUse.First)
        {
            _byUse.Remove(node);
            _byUse.AddFirst(node);
        }
    }
}
