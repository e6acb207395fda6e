namespace RedisChat.Redis;

/// <summary>Gives the ids that a page may consist of, from a pivot outwards in both directions.</summary>
internal interface IIdSource
{
    /// <summary>The next ids at or below the pivot, newest first; about as many as asked for, none at the end.</summary>
    ValueTask<IReadOnlyList<long>> OlderAsync(int count);

    /// <summary>The next ids above the pivot, oldest first; about as many as asked for, none at the end.</summary>
    ValueTask<IReadOnlyList<long>> NewerAsync(int count);
}
