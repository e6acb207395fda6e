using System.Globalization;

namespace RedisChat.Redis;

/// <summary>All ids of a room. They are dense, so they need not be read.</summary>
/// <param name="pivot">Where both directions start.</param>
/// <param name="last">The last id that was assigned, according to the room's counter.</param>
/// <param name="key">The key that contains the counter, for the error.</param>
/// <param name="field">The counter's field, if the key is a hash, for the error.</param>
internal sealed class RoomIds(long pivot, long last, string key, string? field) : IIdSource
{
    /// <summary>
    /// The most ids to search for one page, which takes seconds. If that does not fill the page, the counter is most probably wrong; if it says 2^52,
    /// searching all ids would never end.
    /// </summary>
    internal const int MostIds = 4_000_000;

    private long _older = pivot;
    private long _newer = pivot + 1;
    private int _given;

    public ValueTask<IReadOnlyList<long>> OlderAsync(int count)
    {
        var ids = NewRun(count, _older);
        for (var i = 0; i < ids.Length; i++)
        {
            ids[i] = _older--;
        }

        return new(ids);
    }

    public ValueTask<IReadOnlyList<long>> NewerAsync(int count)
    {
        var ids = NewRun(count, last - _newer + 1);
        for (var i = 0; i < ids.Length; i++)
        {
            ids[i] = _newer++;
        }

        return new(ids);
    }

    private long[] NewRun(int count, long left)
    {
        var ids = new long[Math.Min(count, Math.Max(left, 0))];
        _given += ids.Length;
        return _given <= MostIds ? ids : throw new ChatDataException(string.Create(
            CultureInfo.InvariantCulture,
            $"Among {MostIds:N0} ids of the room there are too few messages for a page. Unless they were all deleted, the last id in '{key}' is wrong: compare it with the messages that exist."))
        {
            Key = key,
            Field = field,
        };
    }
}
