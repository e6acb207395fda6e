namespace RedisChat.Redis;

/// <summary>The authors of a batch, each once, in the order of their first messages. Most batches have one author.</summary>
internal sealed class BatchAuthors
{
    private readonly List<string> _names = [];
    private readonly Dictionary<string, int> _indexes = new(StringComparer.Ordinal);

    public int Count => _names.Count;

    public string this[int index] => _names[index];

    /// <summary>The author's place in the order.</summary>
    public int IndexOf(string user)
    {
        if (_names.Count == 1)
        {
            if (_names[0] == user)
            {
                return 0;
            }

            _indexes[_names[0]] = 0;
        }

        if (_indexes.TryGetValue(user, out var index))
        {
            return index;
        }

        index = _names.Count;
        _names.Add(user);
        if (index > 0)
        {
            _indexes.Add(user, index);
        }

        return index;
    }

    public void Clear()
    {
        _names.Clear();
        _indexes.Clear();
    }
}
