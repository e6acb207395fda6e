namespace RedisChat.Redis;

/// <summary>Something about each of the rooms that were used most recently.</summary>
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

    /// <summary>What there is of the room, or else a first value.</summary>
    public T GetOrAdd<TState>(string room, TState state, Func<TState, string, T> first)
    {
        lock (_gate)
        {
            if (_nodes.TryGetValue(room, out var node))
            {
                Touch(node);
                return node.Value.Value;
            }

            var value = first(state, room);
            Add(room, value);
            return value;
        }
    }

    /// <summary>Puts a value in the place of the old one, if there is one: the new one may be made of both.</summary>
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
