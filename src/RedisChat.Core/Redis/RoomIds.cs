namespace RedisChat.Redis;

/// <summary>All ids of a room: dense, so they need not be read.</summary>
internal sealed class RoomIds(long pivot, long last) : IIdSource
{
    private long _older = pivot;
    private long _newer = pivot + 1;

    public ValueTask<IReadOnlyList<long>> OlderAsync(int count)
    {
        var ids = new long[Math.Min(count, Math.Max(_older, 0))];
        for (var i = 0; i < ids.Length; i++)
        {
            ids[i] = _older--;
        }

        return new(ids);
    }

    public ValueTask<IReadOnlyList<long>> NewerAsync(int count)
    {
        var ids = new long[Math.Min(count, Math.Max(last - _newer + 1, 0))];
        for (var i = 0; i < ids.Length; i++)
        {
            ids[i] = _newer++;
        }

        return new(ids);
    }
}
