using StackExchange.Redis;

namespace RedisChat.Redis;

/// <summary>What belongs to the messages of one bucket.</summary>
/// <param name="Number">The bucket.</param>
/// <param name="Messages">The messages by id, as they are stored.</param>
/// <param name="Features">For each kind with a hash for each bucket that was read: the fields of each message, without its id.</param>
internal sealed record ReadBucket(
    long Number, SortedDictionary<long, ReadOnlyMemory<byte>> Messages, IReadOnlyList<(TransferPart Part, SortedDictionary<long, List<(string Name, ReadOnlyMemory<byte> Value)>> Groups)> Features)
{
    /// <summary>The sealed bucket, if it cannot be unpacked.</summary>
    public byte[]? Unreadable { get; init; }

    /// <summary>If that is because it is encrypted, and another key ring could decrypt it: what to do.</summary>
    public string? Locked { get; init; }

    /// <summary>The room's cipher, if the bucket is sealed and was encrypted as a whole: then the values in <see cref="Messages"/> are plain.</summary>
    public RoomCipher? Cipher { get; init; }

    /// <summary>Whether the bucket is open and sealed at once.</summary>
    public bool IsDouble { get; init; }

    /// <summary>Whether it is sealed.</summary>
    public bool IsSealed { get; init; }

    /// <summary>The fields of the open bucket, or of one of the other hashes, that are not of its messages.</summary>
    public int Foreign { get; init; }

    /// <summary>The value of one of the messages as it would be in an open bucket: encrypted, if the bucket was.</summary>
    public ReadOnlyMemory<byte> Stored(long id, ReadOnlyMemory<byte> value) => Cipher is not { } cipher || EncryptedJson.KeyIn(value.Span) is not null ? value
        : cipher.Keys.Current is not null ? EncryptedValue.Seal(cipher, BoxPlace.Message(id), value.Span)
        : throw new ChatTransferException($"The data key {cipher.Keys.CurrentName}, which is the present one, cannot be unwrapped. Give the key ring the master key that wrapped it, or rotate the room's key.");

    /// <summary>Reads buckets, also those that are in the archive.</summary>
    /// <param name="context">The shared parts of the store.</param>
    /// <param name="database">The database.</param>
    /// <param name="room">The room.</param>
    /// <param name="buckets">The buckets.</param>
    /// <param name="uses">The letters of the features that the room uses.</param>
    /// <param name="cancellationToken">Stops it.</param>
    public static async Task<List<ReadBucket>> ReadAsync(RedisStoreContext context, IDatabase database, string room, IReadOnlyList<long> buckets, string uses, CancellationToken cancellationToken)
    {
        var keys = context.Keys;
        var parts = TransferParts.Bucketed.Where(part => uses.Contains(part.Letter, StringComparison.Ordinal)).ToList();
        var asked = buckets.Select(bucket => (
            Open: database.HashGetAllAsync(keys.Bucket(room, bucket), CommandFlags.DemandMaster).Observed(),

            // In this order: a bucket that is sealed in between is in both answers, and never in neither.
            Sealed: database.HashGetAsync(keys.Sealed(room), bucket, CommandFlags.DemandMaster).Observed(),
            Features: parts.Select(part => database.HashGetAllAsync(keys.Feature(room, part.Letter, bucket), CommandFlags.DemandMaster).Observed()).ToList())).ToList();
        var missing = new List<long>();
        for (var i = 0; i < asked.Count; i++)
        {
            if ((await asked[i].Open.ConfigureAwait(false)).Length == 0 && (await asked[i].Sealed.ConfigureAwait(false)).IsNull)
            {
                missing.Add(buckets[i]);
            }
        }

        // Whatever the letters were a moment ago: an export may take longer than a room is marked before its first bucket goes.
        var archived = missing.Count == 0 || ThreadId.RuledBy(room) != room ? [] : await context.Cold.ReadAsync(new PrimaryReads(database), room, missing, cancellationToken).ConfigureAwait(false);
        var read = new List<ReadBucket>(buckets.Count);
        for (var i = 0; i < asked.Count; i++)
        {
            var (open, packed, features) = asked[i];
            var groups = new List<(TransferPart, SortedDictionary<long, List<(string, ReadOnlyMemory<byte>)>>)>();
            var foreign = 0;
            for (var j = 0; j < parts.Count; j++)
            {
                groups.Add((parts[j], Group(await features[j].ConfigureAwait(false), buckets[i], ref foreign)));
            }

            var isArchived = archived.TryGetValue(buckets[i], out var content);
            read.Add(isArchived || !(await packed.ConfigureAwait(false)).IsNull
                ? await SealedAsync(context, room, buckets[i], await open.ConfigureAwait(false), isArchived ? content : (ReadOnlyMemory<byte>)await packed.ConfigureAwait(false), groups, foreign, cancellationToken).ConfigureAwait(false)
                : Open(buckets[i], await open.ConfigureAwait(false), groups, foreign));
        }

        return read;
    }

    /// <summary>The fields of a hash by the message whose id they begin with.</summary>
    /// <param name="entries">The fields.</param>
    /// <param name="bucket">The bucket of the messages; -1 for any.</param>
    /// <param name="foreign">Is increased by the number of other fields.</param>
    public static SortedDictionary<long, List<(string Name, ReadOnlyMemory<byte> Value)>> Group(HashEntry[] entries, long bucket, ref int foreign)
    {
        var groups = new SortedDictionary<long, List<(string Name, ReadOnlyMemory<byte> Value)>>();
        foreach (var entry in entries)
        {
            var name = (string)entry.Name!;
            var end = name.IndexOf(':', StringComparison.Ordinal);
            if (!StrictNumber.TryRead(end < 0 ? name : name.AsSpan(0, end), out var id) || (bucket >= 0 && Buckets.Of(id) != bucket))
            {
                foreign++;
                continue;
            }

            if (!groups.TryGetValue(id, out var fields))
            {
                groups.Add(id, fields = []);
            }

            fields.Add((end < 0 ? "" : name[(end + 1)..], (ReadOnlyMemory<byte>)entry.Value));
        }

        foreach (var fields in groups.Values)
        {
            fields.Sort(static (one, other) => string.CompareOrdinal(one.Name, other.Name));
        }

        return groups;
    }

    private static async Task<ReadBucket> SealedAsync(
        RedisStoreContext context, string room, long number, HashEntry[] open, ReadOnlyMemory<byte> content,
        IReadOnlyList<(TransferPart, SortedDictionary<long, List<(string, ReadOnlyMemory<byte>)>>)> features, int foreign, CancellationToken cancellationToken)
    {
        var messages = new SortedDictionary<long, ReadOnlyMemory<byte>>();
        var key = SealedBucket.KeyIn(content.Span);
        var cipher = key is { } needed && context.Ciphers is { } ciphers
            ? await ciphers.RefreshAsync(room, await ciphers.ForReadingAsync(room, cancellationToken).ConfigureAwait(false), needed, cancellationToken).ConfigureAwait(false)
            : null;
        var problem = EncryptionProblem.Of(cipher, key);
        using var bucket = SealedBucket.TryOpen(number, content.Span, cipher);
        for (var id = number * Buckets.Size; bucket is not null && id < (number + 1) * Buckets.Size; id++)
        {
            if (bucket.TryGet(id, out var value))
            {
                messages.Add(id, value.ToArray());
            }
        }

        return new ReadBucket(number, messages, features)
        {
            Unreadable = bucket is null ? content.ToArray() : null,
            Locked = bucket is null && problem is { HasRing: false } or { Cause: not null }
                ? problem.Describe(string.Create(System.Globalization.CultureInfo.InvariantCulture, $"Bucket {number}"), context.Keys.DataKeys(room)) : null,
            Cipher = bucket is null ? null : cipher,
            IsDouble = open.Length > 0,
            IsSealed = true,
            Foreign = foreign,
        };
    }

    private static ReadBucket Open(long number, HashEntry[] open, IReadOnlyList<(TransferPart, SortedDictionary<long, List<(string, ReadOnlyMemory<byte>)>>)> features, int foreign)
    {
        var messages = new SortedDictionary<long, ReadOnlyMemory<byte>>();
        foreach (var entry in open)
        {
            if (StrictNumber.TryRead((string?)entry.Name, out var id) && id > 0 && Buckets.Of(id) == number)
            {
                messages[id] = (ReadOnlyMemory<byte>)entry.Value;
            }
            else
            {
                foreign++;
            }
        }

        return new ReadBucket(number, messages, features) { Foreign = foreign };
    }
}
