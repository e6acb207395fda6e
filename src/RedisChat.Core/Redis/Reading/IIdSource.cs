namespace RedisChat.Redis;

/// <summary>Supplies the ids that a page may contain, from a pivot outward in both directions.</summary>
internal interface IIdSource
{
    /// <summary>The next ids at or below the pivot, newest first: about as many as requested, and an empty list at the end.</summary>
    ValueTask<IReadOnlyList<long>> OlderAsync(int count);

    /// <summary>The next ids above the pivot, oldest first: about as many as requested, and an empty list at the end.</summary>
    ValueTask<IReadOnlyList<long>> NewerAsync(int count);
}
