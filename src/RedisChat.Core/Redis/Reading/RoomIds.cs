using System.Globalization;

namespace RedisChat.Redis;

/// <summary>All ids of a room. They are dense, so they need not be read.</summary>
/// <param name="pivot">Where both directions start.</param>
/// <param name="last">The last id that was assigned, according to the room's counter.</param>
/// <param name="key">The key that contains the counter, for the error.</param>
/// <param name="field">The counter's field, if the key is a hash, for the error.</param>
/// <param name="first">The least id that a message can have.</param>
/// <param name="gone">The buckets that are known to be empty; <see langword="null"/> to search all.</param>
internal sealed class RoomIds(long pivot, long last, string key, string? field, long first = 1, GoneBuckets? gone = null) : IIdSource
{
    /// <summary>
    /// The most ids to search for one page, which takes seconds. If that does not fill the page, the counter is most probably wrong; if it says 2^52,
    /// searching all ids would never end.
    /// </summary>
    internal const int MostIds = 4_000_000;

    private long _older = pivot;
    // Where messages are, a page is full before as many ids: only then it is worth a read to know which buckets are empty.
    private const int GivenBefore = 1024;

    private long _newer = Math.Max(pivot + 1, first);
    private int _given;

    public async ValueTask<IReadOnlyList<long>> OlderAsync(int count)
    {
        while (_older >= first && await IsGoneAsync(_older).ConfigureAwait(false))
        {
            _older = (Buckets.Of(_older) * Buckets.Size) - 1;
        }

        var ids = NewRun(count, _older - first + 1);
        for (var i = 0; i < ids.Length; i++)
        {
            ids[i] = _older--;
        }

        return ids;
    }

    public async ValueTask<IReadOnlyList<long>> NewerAsync(int count)
    {
        while (_newer <= last && await IsGoneAsync(_newer).ConfigureAwait(false))
        {
            _newer = (Buckets.Of(_newer) + 1) * Buckets.Size;
        }

        var ids = NewRun(count, last - _newer + 1);
        for (var i = 0; i < ids.Length; i++)
        {
            ids[i] = _newer++;
        }

        return ids;
    }

    private ValueTask<bool> IsGoneAsync(long id) => gone is null || _given < GivenBefore ? new(false) : gone.ContainsAsync(Buckets.Of(id));

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
