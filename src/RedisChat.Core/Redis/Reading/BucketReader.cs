using System.Buffers;
using System.Runtime.CompilerServices;
using StackExchange.Redis;

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
internal sealed class BucketReader(RoomReads reads, KeyNames keys, string room, int sealAfter, CancellationToken cancellationToken) : IDisposable
{
    // Placeholders for stored values that are not messages.
    private static readonly Message UnreadableInBucket = new() { Id = 0, User = "", Text = "", Timestamp = default };
    private static readonly Message UnreadableInSealed = UnreadableInBucket with { Id = -1 };

    private readonly record struct Group(long Bucket, int Start, int End, Task Answer, bool AsksSealed);

    private readonly UserNames _names = new();
    private readonly Decryption? _decryption;
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

    /// <summary>Reads what was moved to the archive: see <see cref="UseArchiveAsync"/>.</summary>
    public ColdBuckets? Cold { get; init; }

    /// <summary>If set, leaves out messages that have expired.</summary>
    public ExpiredRooms? Expired { get; init; }

    /// <summary>If set, decrypts the messages of encrypted rooms.</summary>
    public RoomCiphers? Ciphers
    {
        init => _decryption = value is null ? null : new Decryption(value);
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

    /// <summary>One <c>HMGET</c> per bucket and one for those that may be sealed, in one round trip; a second one if that guess was wrong.</summary>
    [AsyncMethodBuilder(typeof(PoolingAsyncValueTaskMethodBuilder))]
    private async ValueTask FetchAsync(ReadOnlyMemory<long> ids, Message?[] found)
    {
        cancellationToken.ThrowIfCancellationRequested();
        if (_decryption is { } decryption)
        {
            decryption.Cipher = await decryption.Ciphers.ForReadingAsync(room, cancellationToken).ConfigureAwait(false);
        }

        found.AsSpan(0, ids.Length).Clear();
        var words = ArrayPool<RedisKeyOrValue>.Shared.Rent((ids.Length * 3) + 2);
        var used = 0;
        var groups = AskBuckets(ids.Span, words, ref used);
        var asked = groups.Exists(static group => group.AsksSealed) ? groups.FindAll(static group => group.AsksSealed) : null;
        var answer = asked is null ? null : AskSealedAsync(asked, words, ref used);
        List<Group>? missing = null;
        try
        {
            List<Group>? left = null;
            foreach (var group in groups)
            {
                await group.Answer.ConfigureAwait(false);
                if (!TakeOpen(group, ids.Span, found) && !group.AsksSealed)
                {
                    (left ??= []).Add(group);
                }
            }

            if (answer is not null)
            {
                await answer.ConfigureAwait(false);
                TakeSealed(answer, asked!, ids.Span, found, ref missing);
            }

            if (left is not null)
            {
                answer = AskSealedAsync(left, words, ref used);
                await answer.ConfigureAwait(false);
                TakeSealed(answer, left, ids.Span, found, ref missing);
            }

            if (_decryption is { Locked.Count: > 0 })
            {
                await UnlockAsync(_decryption, ids, found).ConfigureAwait(false);
            }
        }
        catch
        {
            groups.ForEach(static group => group.Answer.Observe());
            answer?.Observe();
            throw;
        }

        // Not after a failure: the client library may still be about to send these words.
        ArrayPool<RedisKeyOrValue>.Shared.Return(words, clearArray: true);
        if (missing is not null && Cold is not null)
        {
            if (_isArchived)
            {
                await TakeColdAsync(missing, ids, found).ConfigureAwait(false);
            }
            else if (ReferenceEquals(found, _prefetched))
            {
                _missed = missing;
            }
        }
    }

    private async ValueTask TakeColdAsync(List<Group> groups, ReadOnlyMemory<long> ids, Message?[] found)
    {
        var contents = await Cold!.ReadAsync(reads, room, [.. groups.Select(static group => group.Bucket)], cancellationToken).ConfigureAwait(false);
        foreach (var group in groups)
        {
            if (contents.TryGetValue(group.Bucket, out var field))
            {
                TakeSealed(group.Bucket, field.Span, group.Start, group.End, ids.Span, found);
            }
        }

        if (_decryption is { Locked.Count: > 0 })
        {
            await UnlockAsync(_decryption, ids, found).ConfigureAwait(false);
        }
    }

    private List<Group> AskBuckets(ReadOnlySpan<long> ids, RedisKeyOrValue[] words, ref int used)
    {
        var groups = new List<Group>(1);
        for (var start = 0; start < ids.Length;)
        {
            var bucket = ids[start] / Buckets.Size;
            var first = used;
            words[used++] = (RedisKey)keys.Bucket(room, bucket);
            var end = start;
            while (end < ids.Length && ids[end] / Buckets.Size == bucket)
            {
                words[used++] = (RedisValue)ids[end++];
            }

            var answer = reads.HashGetAsync(words.AsMemory(first, used - first));
            groups.Add(new Group(bucket, start, end, answer, IsAnyBucketSealed || SealedBucket.MayBeSealed(bucket, Last, sealAfter)));
            start = end;
        }

        return groups;
    }

    private Task AskSealedAsync(List<Group> groups, RedisKeyOrValue[] words, ref int used)
    {
        var first = used;
        words[used++] = (RedisKey)keys.Sealed(room);
        foreach (var group in groups)
        {
            words[used++] = (RedisValue)group.Bucket;
        }

        return reads.HashGetAsync(words.AsMemory(first, used - first));
    }

    /// <summary>Reads the values of an open bucket; <see langword="false"/> if there are none, because the bucket may be sealed.</summary>
    private bool TakeOpen(in Group group, ReadOnlySpan<long> ids, Message?[] found)
    {
        using var values = HashValues.Of(group.Answer);
        var any = false;
        var reader = values.Read();
        for (var i = group.Start; i < group.End; i++)
        {
            if (reader.TryNext(out var value))
            {
                any = true;
                Digests?.TryAdd(ids[i], FieldDigest.Of(value));
                found[i] = _decryption is not null ? Decrypt(_decryption, i, ids[i], value)
                    : MessageJson.TryRead(ids[i], value, out var message, _names) ? message
                    : UnreadableInBucket;
                if (ReferenceEquals(found[i], UnreadableInBucket))
                {
                    Undecrypted?.Add(ids[i], value);
                }
            }
        }

        return any;
    }

    private void TakeSealed(Task answer, List<Group> groups, ReadOnlySpan<long> ids, Message?[] found, ref List<Group>? missing)
    {
        using var values = HashValues.Of(answer);
        var reader = values.Read();
        foreach (var group in groups)
        {
            var isOpen = found.AsSpan(group.Start, group.End - group.Start).ContainsAnyExcept((Message?)null);
            if (reader.TryNext(out var field))
            {
                if (!isOpen)
                {
                    TakeSealed(group.Bucket, field, group.Start, group.End, ids, found);
                }
            }
            else if (!isOpen)
            {
                (missing ??= []).Add(group);
            }
        }
    }

    private void TakeSealed(long number, ReadOnlySpan<byte> field, int start, int end, ReadOnlySpan<long> ids, Message?[] found)
    {
        using var bucket = SealedBucket.TryOpen(number, field, _decryption?.Cipher, out var lacking);
        if (lacking is { } key)
        {
            _decryption?.Locked.Add(new Locked(start, field.ToArray(), key, IsSealed: true));
        }

        if (bucket is null)
        {
            Undecrypted?.AddBucket(number, field);
        }

        for (var i = start; i < end; i++)
        {
            found[i] = null;
            if (bucket is null)
            {
                found[i] = UnreadableInSealed;
            }
            else if (bucket.TryGet(ids[i], out var value))
            {
                found[i] = MessageJson.TryRead(ids[i], value.Span, out var message, _names) ? message : UnreadableInSealed;
            }
        }
    }

    private Message Decrypt(Decryption decryption, int index, long id, ReadOnlySpan<byte> value)
    {
        if (EncryptedValue.TryRead(decryption.Cipher, BoxPlace.Message(id), value, out var message, out var lacking, _names))
        {
            return message;
        }

        if (lacking is { } key)
        {
            decryption.Locked.Add(new Locked(index, value.ToArray(), key, IsSealed: false));
        }

        return UnreadableInBucket;
    }

    /// <summary>Decrypts what needs keys that were added since those of the room were read.</summary>
    private async Task UnlockAsync(Decryption decryption, ReadOnlyMemory<long> ids, Message?[] found)
    {
        Locked[] locked = [.. decryption.Locked];
        foreach (var key in locked.Select(value => value.Key).Distinct())
        {
            if (decryption.Cipher?.Keys.TryGet(key, out _) != true)
            {
                decryption.Cipher = await decryption.Ciphers.RefreshAsync(room, decryption.Cipher, key, cancellationToken).ConfigureAwait(false);
            }
        }

        foreach (var (index, content, _, isSealed) in locked)
        {
            if (!isSealed)
            {
                found[index] = Decrypt(decryption, index, ids.Span[index], content);
                continue;
            }

            var (number, end) = (ids.Span[index] / Buckets.Size, index);
            while (end < ids.Length && ids.Span[end] / Buckets.Size == number)
            {
                end++;
            }

            TakeSealed(number, content, index, end, ids.Span, found);
        }

        // What is still locked stays unreadable.
        decryption.Locked.Clear();
    }

    /// <summary>What reading an encrypted room takes.</summary>
    private sealed class Decryption(RoomCiphers ciphers)
    {
        public RoomCiphers Ciphers => ciphers;

        public RoomCipher? Cipher { get; set; }

        public List<Locked> Locked { get; } = [];
    }

    /// <summary>An encrypted value whose key was not known when it was found.</summary>
    private readonly record struct Locked(int Index, byte[] Content, uint Key, bool IsSealed);
}
