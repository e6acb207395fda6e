namespace RedisChat.Redis;

/// <summary>Why rooms are refused or left out: the first reasons, and how many there are.</summary>
internal sealed class RefusalReasons
{
    private const int MostKept = 100;
    private const int MostNamed = 10;

    private readonly List<string> _first = [];

    /// <summary>The first reasons, a sentence each.</summary>
    public IReadOnlyList<string> First => _first;

    /// <summary>The number of all reasons.</summary>
    public long Count { get; private set; }

    public void Add(string reason)
    {
        Count++;
        if (_first.Count < MostKept)
        {
            _first.Add(reason);
        }
    }

    /// <summary>The text for an error.</summary>
    public override string ToString() => $"{string.Join(' ', _first.Take(MostNamed))}{(Count > MostNamed ? $" And {Count - MostNamed} more." : "")}";
}
