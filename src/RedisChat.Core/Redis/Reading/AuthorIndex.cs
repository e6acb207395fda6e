using StackExchange.Redis;

namespace RedisChat.Redis;

/// <summary>
/// The ids of one user's messages in a room: <c>17,23,99,</c>. Ids are appended, so a binary search finds an id. Only a trim of the room moves them, by removing ids from the beginning; a read that was cut
/// off by one fails, and can be repeated.
/// </summary>
internal sealed class AuthorIndex
{
    /// <summary>The longest id with its comma: 16 digits, see <see cref="ChatLimits.MaxMessageId"/>.</summary>
    private const int LongestEntry = 17;

    // Below this many bytes, reading everything is faster than another step of the search.
    private const int SmallEnough = 4096;

    private readonly RoomReads _reads;
    private readonly RedisKey _key;
    private readonly CancellationToken _cancellationToken;
    private readonly long _length;

    // The end of the list, from _tailStart to _length, read together with the length.
    private readonly ReadOnlyMemory<byte> _tail;

    private long TailStart => _length - _tail.Length;

    private AuthorIndex(RoomReads reads, RedisKey key, long length, ReadOnlyMemory<byte> tail, CancellationToken cancellationToken)
    {
        _reads = reads;
        _key = key;
        _length = length;
        _tail = tail;
        _cancellationToken = cancellationToken;
    }

    /// <summary>Reads the end of the list, enough for a page of the newest ids, in one round trip.</summary>
    /// <param name="reads">Reads the list.</param>
    /// <param name="key">The list's key.</param>
    /// <param name="ids">The number of messages on the page.</param>
    /// <param name="cancellationToken">Stops waiting.</param>
    public static async Task<AuthorIndex> OpenAsync(
        RoomReads reads, RedisKey key, int ids, CancellationToken cancellationToken)
    {
        // Read the end between two reads of the length: if an id was added meanwhile, the offset where the end begins is unknown.
        var before = reads.StringLengthAsync(key);
        // A page reads one id more than it has, to know whether there are more, and the first entry read may be cut off.
        var tail = reads.StringGetRangeAsync(key, -LongestEntry * (ids + 2), -1);
        var after = reads.StringLengthAsync(key);
        await Task.WhenAll(before, tail, after).UntilAsync(cancellationToken).ConfigureAwait(false);
        var length = await before.ConfigureAwait(false);
        var steady = length == await after.ConfigureAwait(false);
        return new AuthorIndex(
            reads, key, length, steady ? (ReadOnlyMemory<byte>)await tail.ConfigureAwait(false) : default, cancellationToken);
    }

    /// <summary>The ids on both sides of a pivot, from <paramref name="least"/> to <paramref name="last"/>. The list may still have ids of messages that were trimmed.</summary>
    public async Task<IIdSource> SplitAtAsync(long pivot, long last, long least = 1)
    {
        if (_tail.Length > 0 && _tail.Span[^1] != ',')
        {
            throw Unreadable();
        }

        // All entries before `low` are at or below the pivot, all from `high` on are above it; both offsets are starts of entries.
        long low = 0, high = _length;
        if (FirstEntry(_tail.Span, skipPartial: TailStart > 0) is var (offset, first))
        {
            (low, high) = first <= pivot ? (TailStart + offset, high) : (low, TailStart + offset);
        }

        while (high - low > SmallEnough && low < TailStart)
        {
            var middle = low + ((high - low) / 2);
            var probe = await ReadAsync(middle, middle + (2 * LongestEntry)).ConfigureAwait(false);
            var (start, probed) = FirstEntry(probe.Span, skipPartial: true) ?? throw Unreadable();
            (low, high) = probed <= pivot ? (middle + start, high) : (low, middle + start);
        }

        var rest = await ReadAsync(low, high).ConfigureAwait(false);
        var split = low;
        foreach (var (start, entry) in Entries(rest))
        {
            split = entry <= pivot ? low + start + Digits(rest.Span[start..]) + 1 : split;
        }

        return new Ids(this, split, pivot, last, least);
    }

    private async ValueTask<ReadOnlyMemory<byte>> ReadAsync(long from, long to)
    {
        to = Math.Min(to, _length);
        if (from >= to)
        {
            return default;
        }

        if (from >= TailStart)
        {
            return _tail[(int)(from - TailStart)..(int)(to - TailStart)];
        }

        // If the list has not been cut, its end is still where it was: ids are never repeated.
        var asking = _reads.StringGetRangeAsync(_key, from, to - 1).Observed();
        var end = _tail[^Math.Min(_tail.Length, LongestEntry)..];
        var askingEnd = end.IsEmpty ? null : _reads.StringGetRangeAsync(_key, _length - end.Length, _length - 1).Observed();
        var list = (ReadOnlyMemory<byte>)await asking.UntilAsync(_cancellationToken).ConfigureAwait(false);
        if (askingEnd is not null && !((ReadOnlyMemory<byte>)await askingEnd.UntilAsync(_cancellationToken).ConfigureAwait(false)).Span.SequenceEqual(end.Span))
        {
            throw new ChatUnavailableException("The room was trimmed while the list of a user's messages was read. Nothing was done; read again.");
        }

        return list;
    }

    /// <summary>The first whole entry. Skips the first one if the read may have begun in the middle of it.</summary>
    private (int Start, long Id)? FirstEntry(ReadOnlySpan<byte> list, bool skipPartial)
    {
        var start = skipPartial ? list.IndexOf((byte)',') + 1 : 0;
        return list[start..].Contains((byte)',') ? (start, ReadId(list[start..])) : null;
    }

    private List<(int Start, long Id)> Entries(ReadOnlyMemory<byte> list, bool skipPartial = false)
    {
        var span = list.Span;
        var entries = new List<(int, long)>();
        var start = skipPartial ? span.IndexOf((byte)',') + 1 : 0;
        var before = 0L;
        while (span[start..].Contains((byte)','))
        {
            var id = ReadId(span[start..]);
            before = id > before ? id : throw Unreadable();
            entries.Add((start, id));
            start += Digits(span[start..]) + 1;
        }

        // Every read is longer than an entry can be.
        return entries.Count > 0 || span.IsEmpty ? entries : throw Unreadable();
    }

    private static int Digits(ReadOnlySpan<byte> entry) => entry.IndexOf((byte)',');

    private long ReadId(ReadOnlySpan<byte> entry) =>
        StrictNumber.TryRead(entry[..Digits(entry)], out var id) && id > 0 ? id : throw Unreadable();

    private ChatDataException Unreadable() =>
        new($"The string '{_key}' is not a list of message ids. Another program may be using the same key prefix.")
        {
            Key = _key,
        };

    private sealed class Ids(AuthorIndex index, long split, long pivot, long last, long least) : IIdSource
    {
        private long _older = split;
        private long _newer = split;
        private long _oldest = pivot + 1;
        private long _newest = pivot;

        public async ValueTask<IReadOnlyList<long>> OlderAsync(int count)
        {
            // Read one entry more, because the first one may be cut off.
            var from = Math.Max(_older - ((count + 1) * LongestEntry), 0);
            var list = await index.ReadAsync(from, _older).ConfigureAwait(false);
            var entries = index.Entries(list, skipPartial: from > 0);
            if (entries.Count == 0)
            {
                return [];
            }

            // Entries are mostly shorter than the longest, so the read may contain more ids than requested: leave the rest for the next time.
            var taken = entries.TakeLast(count).ToList();
            _older = from + taken[0].Start;
            _oldest = taken[^1].Id < _oldest ? taken[0].Id : throw index.Unreadable();
            taken.Reverse();
            return taken.ConvertAll(entry => entry.Id).FindAll(known => known >= least);
        }

        public async ValueTask<IReadOnlyList<long>> NewerAsync(int count)
        {
            var list = await index.ReadAsync(_newer, _newer + (count * LongestEntry)).ConfigureAwait(false);
            var taken = index.Entries(list).Take(count).ToList();
            if (taken.Count == 0)
            {
                return [];
            }

            var (start, id) = taken[^1];
            _newest = taken[0].Id > _newest ? id : throw index.Unreadable();
            _newer += start + Digits(list.Span[start..]) + 1;
            return taken.ConvertAll(entry => entry.Id).FindAll(known => known <= last);
        }
    }
}
