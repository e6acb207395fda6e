using System.Buffers;

namespace RedisChat.Redis;

/// <summary>
/// Reads one room's messages by id for one page: from the open buckets and, in the same round trip, from the sealed ones. Open buckets are read first:
/// because buckets are only ever sealed, a message that moves in between is found twice, never missed. The open bucket takes precedence. What is in neither may be in the archive: see <see cref="ColdBuckets"/>.
/// </summary>
/// <param name="reads">Reads the hashes.</param>
/// <param name="keys">Names the keys.</param>
/// <param name="room">The room.</param>
/// <param name="sealAfter">See <see cref="SealedBucket.MayBeSealed"/>.</param>
/// <param name="cancellationToken">Stops before the next round trip. Answers under way are still awaited, because their leased memory must be returned.</param>
internal sealed partial class BucketReader(RoomReads reads, KeyNames keys, string room, int sealAfter, CancellationToken cancellationToken) : IDisposable
{
    // Placeholders for stored values that are not messages.
    private static readonly Message UnreadableInBucket = new() { Id = 0, User = "", Text = "", Timestamp = default };
    private static readonly Message UnreadableInSealed = UnreadableInBucket with { Id = -1 };

    private readonly UserNames _names = new();
    private readonly BucketDecryption? _decryption;
    private long _prefetchedFrom = 1;
    private long _prefetchedTo;
    private long[] _prefetchedIds = [];
    private Message?[] _prefetched = [];
    private List<UnreadableMessage>? _unreadable;
    private HashSet<long>? _unreadableIds;

    // The parts of the prefetched run that Redis did not have, as long as nobody has said whether there is an archive.
    private List<Group>? _missed;
    private bool _isArchived;

    /// <summary>The room's last message id, as far as it is known.</summary>
    public long Last { get; set; }

    /// <summary>Whether to request sealed buckets along with open ones wherever they are, instead of guessing: it then always takes one round trip.</summary>
    public bool IsAnyBucketSealed { get; set; }

    /// <summary>Reads what was moved to the archive: see <see cref="IsArchived"/>.</summary>
    public ColdBuckets? Cold { get; init; }

    /// <summary>Whether a bucket may have been moved to the archive, if that is known before anything is read. Otherwise see <see cref="UseArchiveAsync"/>.</summary>
    public bool IsArchived
    {
        init => _isArchived = value;
    }

    /// <summary>If set, leaves out messages that have expired.</summary>
    public ExpiredRooms? Expired { get; init; }

    /// <summary>If set, decrypts the messages of encrypted rooms.</summary>
    public RoomCiphers? Ciphers
    {
        init => _decryption = value is null ? null : new BucketDecryption(value);
    }

    /// <summary>If set, collects the digests of the values in open buckets, by id.</summary>
    public Dictionary<long, string>? Digests { get; init; }

    /// <summary>If set, collects the encrypted values that could not be decrypted.</summary>
    public LockedValues? Undecrypted { get; init; }

    /// <summary>The stored values that are not messages.</summary>
    public IReadOnlyList<UnreadableMessage> Unreadable => _unreadable ?? (IReadOnlyList<UnreadableMessage>)[];

    /// <summary>Says whether the room has an archive: from now on, and for what was prefetched, missing buckets are searched there.</summary>
    /// <param name="isArchived">Whether a bucket may have been moved there. A room is marked minutes before that, so what was read in the same operation is recent enough.</param>
    public ValueTask UseArchiveAsync(bool isArchived)
    {
        _isArchived = isArchived;
        return isArchived && _missed is { } missed ? TakeColdAsync(missed, _prefetchedIds.AsMemory(0, (int)(_prefetchedTo - _prefetchedFrom + 1)), _prefetched) : default;
    }

    /// <summary>Reads a run of ids that the page will probably need.</summary>
    public ValueTask PrefetchAsync(long from, long to)
    {
        var count = (int)(to - from + 1);
        _prefetchedIds = ArrayPool<long>.Shared.Rent(count);
        for (var i = 0; i < count; i++)
        {
            _prefetchedIds[i] = from + i;
        }

        _prefetched = ArrayPool<Message?>.Shared.Rent(count);
        (_prefetchedFrom, _prefetchedTo) = (from, to);
        return FetchAsync(_prefetchedIds.AsMemory(0, count), _prefetched);
    }

    /// <summary>Takes messages from an id on, in either direction, until the span is full or the end is reached, using only prefetched ids.</summary>
    /// <returns>Their number; -1 if an id was not prefetched.</returns>
    public int Take(long from, long end, Span<Message> messages)
    {
        var step = from < end ? 1 : -1;
        var count = 0;
        for (var id = from; id != end && count < messages.Length; id += step)
        {
            if (!IsPrefetched(id))
            {
                return -1;
            }

            if (_prefetched[id - _prefetchedFrom] is { } message && IsReadable(id, message))
            {
                messages[count++] = message;
            }
        }

        return count;
    }

    /// <summary>The time of a message in µs; <see langword="null"/> if the message does not exist or cannot be read.</summary>
    public async Task<long?> TryReadTimeAsync(long id)
    {
        var found = new Message?[1];
        if (IsPrefetched(id))
        {
            found[0] = _prefetched[id - _prefetchedFrom];
        }
        else
        {
            await FetchAsync(new[] { id }, found).ConfigureAwait(false);
        }

        return found[0] is { Id: > 0 } message ? Micros.FromTime(message.Timestamp) : null;
    }

    /// <summary>Adds the existing messages among these ids, in the same order. Ids of one bucket must be adjacent.</summary>
    public async Task ReadAsync(IReadOnlyList<long> ids, List<Message> messages, int atMost)
    {
        var missing = new List<long>();
        foreach (var id in ids)
        {
            if (!IsPrefetched(id))
            {
                missing.Add(id);
            }
        }

        var fetched = ArrayPool<Message?>.Shared.Rent(missing.Count);
        if (missing.Count > 0)
        {
            await FetchAsync(missing.ToArray(), fetched).ConfigureAwait(false);
        }

        var next = 0;
        foreach (var id in ids)
        {
            var message = IsPrefetched(id) ? _prefetched[id - _prefetchedFrom] : fetched[next++];
            if (messages.Count < atMost && message is not null && IsReadable(id, message))
            {
                messages.Add(message);
            }
        }

        ArrayPool<Message?>.Shared.Return(fetched, clearArray: true);
    }

    /// <summary>Whether the value stored at this id is not a message.</summary>
    public bool IsUnreadable(long id) => _unreadableIds is not null && _unreadableIds.Contains(id);

    public void Dispose()
    {
        ArrayPool<Message?>.Shared.Return(_prefetched, clearArray: true);
        ArrayPool<long>.Shared.Return(_prefetchedIds);
        (_prefetched, _prefetchedIds, _prefetchedTo) = ([], [], 0);
    }

    private bool IsPrefetched(long id) => id >= _prefetchedFrom && id <= _prefetchedTo;

    /// <summary>Returns whether the value is a message, and records it if not.</summary>
    private bool IsReadable(long id, Message message)
    {
        if (message.Id <= 0)
        {
            Note(id, ReferenceEquals(message, UnreadableInSealed));
        }

        return message.Id > 0 && Expired?.Notice(room, message) != true;
    }

    private void Note(long id, bool isSealed)
    {
        // A prefetched run may be searched twice.
        if ((_unreadableIds ??= []).Add(id))
        {
            (_unreadable ??= []).Add(UnreadableValue.InPage(keys, room, id, isSealed));
        }
    }
}
