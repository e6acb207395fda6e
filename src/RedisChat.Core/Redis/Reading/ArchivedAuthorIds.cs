namespace RedisChat.Redis;

/// <summary>The ids of one user's messages where the beginning of the history is in the archive: there the archive knows which buckets have some, and the list of ids may have been cut.</summary>
internal sealed class ArchivedAuthorIds : IIdSource
{
    private const int MostBuckets = 8;

    private readonly RedisStoreContext _context;
    private readonly RoomReads _reads;
    private readonly string _room;
    private readonly string _user;
    private readonly IIdSource _recent;
    private readonly RoomPosition _position;
    private readonly (long First, long Last) _range;
    private readonly long _pivot;
    private readonly CancellationToken _cancellationToken;
    // For older ids. A page of someone who writes much needs one bucket; bulk deletions read newer ids, as many as possible in a step.
    private int _olderAtOnce = 1;
    private long _olderBucket;
    private long _newerBucket;
    private bool _isRecentOver;
    private bool _isChecked;

    private ArchivedAuthorIds(
        RedisStoreContext context, RoomReads reads, string room, string user, IIdSource recent, RoomPosition position, (long First, long Last) range, long pivot, CancellationToken cancellationToken)
    {
        (_context, _reads, _room, _user, _recent, _position, _range, _cancellationToken) = (context, reads, room, user, recent, position, range, cancellationToken);
        _pivot = pivot;
        _olderBucket = Buckets.Of(Math.Min(pivot, range.Last));
        _newerBucket = Buckets.Of(Math.Max(pivot + 1, range.First));
    }

    /// <summary>The ids on both sides of a pivot.</summary>
    /// <param name="context">The shared parts of the store.</param>
    /// <param name="reads">Where to read.</param>
    /// <param name="room">The room.</param>
    /// <param name="user">The user.</param>
    /// <param name="index">The list of the user's ids, as it was opened.</param>
    /// <param name="state">The room's position, and the letters of its features.</param>
    /// <param name="pivot">The pivot.</param>
    /// <param name="first">The least id that a message can have.</param>
    /// <param name="cancellationToken">Stops waiting.</param>
    /// <param name="last">The last id; that of the position if omitted.</param>
    public static async Task<IIdSource> SplitAsync(
        RedisStoreContext context, RoomReads reads, string room, string user, AuthorIndex index, (RoomPosition Position, string Uses) state, long pivot, long first, CancellationToken cancellationToken,
        long? last = null)
    {
        var to = last ?? state.Position.MessageId;

        // After the list was opened: what was cut from it since is below the border.
        var border = ArchivedField.IsIn(state.Uses) ? await context.Cold.ReadBorderAsync(reads, room).ConfigureAwait(false) * Buckets.Size : 0;
        if (border <= first)
        {
            return await index.SplitAtAsync(pivot, to, first).ConfigureAwait(false);
        }

        var recent = await index.SplitAtAsync(Math.Max(pivot, border - 1), to, border).ConfigureAwait(false);
        return new ArchivedAuthorIds(context, reads, room, user, recent, state.Position, (first, Math.Min(border - 1, to)), pivot, cancellationToken);
    }

    public async ValueTask<IReadOnlyList<long>> OlderAsync(int count)
    {
        // Above the pivot there is nothing for this direction.
        if (!_isRecentOver && _pivot > _range.Last && await _recent.OlderAsync(count).ConfigureAwait(false) is { Count: > 0 } ids)
        {
            return ids;
        }

        _isRecentOver = true;
        while (_olderBucket >= Buckets.Of(_range.First))
        {
            var numbers = await FindAsync(Buckets.Of(_range.First), _olderBucket, descending: true, _olderAtOnce).ConfigureAwait(false);
            _olderAtOnce = Math.Min(2 * _olderAtOnce, MostBuckets);
            _olderBucket = numbers.Count == 0 ? -1 : numbers[^1] - 1;
            var found = await ReadAsync(numbers, id => id <= _pivot).ConfigureAwait(false);
            if (found.Count > 0)
            {
                found.Sort(static (a, b) => b.CompareTo(a));
                return found;
            }
        }

        return [];
    }

    public async ValueTask<IReadOnlyList<long>> NewerAsync(int count)
    {
        while (_newerBucket <= Buckets.Of(_range.Last))
        {
            var numbers = await FindAsync(_newerBucket, Buckets.Of(_range.Last), descending: false, MostBuckets).ConfigureAwait(false);
            _newerBucket = numbers.Count == 0 ? long.MaxValue : numbers[^1] + 1;
            var found = await ReadAsync(numbers, id => id > _pivot).ConfigureAwait(false);
            if (found.Count > 0)
            {
                found.Sort();
                return found;
            }
        }

        return await _recent.NewerAsync(count).ConfigureAwait(false);
    }

    private async ValueTask<IReadOnlyList<long>> FindAsync(long first, long last, bool descending, int limit)
    {
        if (!_isChecked)
        {
            await _context.Cold.ReadCheckedBorderAsync(_reads, _room, _cancellationToken).ConfigureAwait(false);
            _isChecked = true;
        }

        return await _context.Cold.Archive.FindAsync(_room, _position.Epoch, _user, first, last, descending, limit, _cancellationToken).ConfigureAwait(false);
    }

    /// <summary>The user's ids in some buckets.</summary>
    private async ValueTask<List<long>> ReadAsync(IReadOnlyList<long> numbers, Func<long, bool> isWanted)
    {
        // A reader of its own, because it also reads what others wrote, which is not part of the page.
        var locked = new LockedValues();
        using var messages = new BucketReader(_reads, _context.Keys, _room, _context.SealAfter, _cancellationToken)
        {
            Ciphers = _context.Ciphers,
            Last = _position.MessageId,
            Cold = _context.Cold,
            IsArchived = true,
            IsAnyBucketSealed = true,
            Undecrypted = locked,
        };
        var ids = new List<long>();
        foreach (var number in numbers)
        {
            for (var id = Math.Max(number * Buckets.Size, _range.First); id < (number + 1) * Buckets.Size && id <= _range.Last; id++)
            {
                if (isWanted(id))
                {
                    ids.Add(id);
                }
            }
        }

        var found = new List<Message>();
        if (ids.Count > 0)
        {
            await messages.ReadAsync(ids, found, int.MaxValue).ConfigureAwait(false);
        }

        // Encrypted messages that cannot be read are in the page as such, as they are above the border.
        return [.. found.Concat(locked.Open.Where(message => messages.IsUnreadable(message.Id))).Where(message => message.User == _user).Select(message => message.Id)];
    }
}
