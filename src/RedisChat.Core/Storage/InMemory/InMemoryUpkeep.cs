namespace RedisChat;

/// <summary>When one room needs work. Thread-safe.</summary>
internal sealed class InMemoryUpkeep
{
    private static readonly TimeSpan Tick = TimeSpan.FromTicks(1);

    private readonly object _gate = new();
    private DateTimeOffset? _at;

    /// <summary>Makes sure that the room is claimed at a time, or before.</summary>
    public void Add(DateTimeOffset at)
    {
        lock (_gate)
        {
            // Another time than before, so that whoever has claimed the room leaves the entry.
            _at = _at is { } present && present <= at ? present - Tick : at;
        }
    }

    /// <summary>Claims the room, if it needs work.</summary>
    /// <param name="now">The time.</param>
    /// <param name="until">When the claim ends.</param>
    /// <param name="next">When the room needs work next, if it is not claimed.</param>
    public bool TryClaim(DateTimeOffset now, DateTimeOffset until, out DateTimeOffset? next)
    {
        lock (_gate)
        {
            next = _at;
            var isDue = _at <= now;
            _at = isDue ? until : _at;
            return isDue;
        }
    }

    /// <summary>Ends a claim, unless the room was added since.</summary>
    public void Settle(DateTimeOffset until, DateTimeOffset? again)
    {
        lock (_gate)
        {
            _at = _at == until ? again : _at;
        }
    }
}
