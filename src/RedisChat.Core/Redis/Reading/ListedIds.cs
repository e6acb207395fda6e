namespace RedisChat.Redis;

/// <summary>A given list of ids, in ascending order.</summary>
internal sealed class ListedIds(long[] ids, long pivot, long last) : IIdSource
{
    private int _older = CountUpTo(ids, pivot);
    private int _newer = CountUpTo(ids, pivot);

    public ValueTask<IReadOnlyList<long>> OlderAsync(int count)
    {
        var from = Math.Max(_older - count, 0);
        var taken = ids[from.._older];
        _older = from;
        Array.Reverse(taken);
        return new(taken);
    }

    public ValueTask<IReadOnlyList<long>> NewerAsync(int count)
    {
        var to = Math.Min(_newer + count, CountUpTo(ids, last));
        var taken = to > _newer ? ids[_newer..to] : [];
        _newer += taken.Length;
        return new(taken);
    }

    private static int CountUpTo(long[] ids, long id)
    {
        var found = Array.BinarySearch(ids, id);
        return found >= 0 ? found + 1 : ~found;
    }
}
