namespace RedisChat.Redis;

/// <summary>The contents of archived buckets that were read last. Limited in bytes.</summary>
internal sealed class ColdCache(long capacity)
{
    private readonly object _gate = new();
    private readonly Dictionary<(string Room, long Number), LinkedListNode<Entry>> _nodes = [];
    private readonly LinkedList<Entry> _byUse = new();
    private long _bytes;

    private sealed record Entry((string Room, long Number) Key, ulong Epoch, long Thaws, ReadOnlyMemory<byte> Content);

    /// <summary>The content of a bucket, if it was read in the same room and nothing was put back since.</summary>
    public bool TryGet(string room, long number, ulong epoch, long thaws, out ReadOnlyMemory<byte> content)
    {
        lock (_gate)
        {
            content = default;
            if (!_nodes.TryGetValue((room, number), out var node))
            {
                return false;
            }

            if (node.Value.Epoch != epoch || node.Value.Thaws != thaws)
            {
                Remove(node);
                return false;
            }

            _byUse.Remove(node);
            _byUse.AddFirst(node);
            content = node.Value.Content;
            return true;
        }
    }

    public void Set(string room, long number, ulong epoch, long thaws, ReadOnlyMemory<byte> content)
    {
        lock (_gate)
        {
            if (_nodes.TryGetValue((room, number), out var old))
            {
                Remove(old);
            }

            if (CostOf(content) > capacity / 4)
            {
                return;
            }

            _nodes.Add((room, number), _byUse.AddFirst(new Entry((room, number), epoch, thaws, content)));
            _bytes += CostOf(content);
            while (_bytes > capacity)
            {
                Remove(_byUse.Last!);
            }
        }
    }

    private void Remove(LinkedListNode<Entry> node)
    {
        _nodes.Remove(node.Value.Key);
        _byUse.Remove(node);
        _bytes -= CostOf(node.Value.Content);
    }

    // Roughly what the entry itself takes.
    private static long CostOf(ReadOnlyMemory<byte> content) => content.Length + 300;
}
