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

    /// <summary>Whether the bucket is open and sealed at once.</summary>
    public bool IsDouble { get; init; }

    /// <summary>Whether it is sealed.</summary>
    public bool IsSealed { get; init; }

    /// <summary>The fields of the open bucket, or of one of the other hashes, that are not of its messages.</summary>
    public int Foreign { get; init; }

    /// <summary>Reads buckets. The commands are on their way when this returns.</summary>
    /// <param name="database">The database.</param>
    /// <param name="keys">Names the keys.</param>
    /// <param name="room">The room.</param>
    /// <param name="buckets">The buckets.</param>
    /// <param name="uses">The letters of the features that the room uses.</param>
    public static async Task<List<ReadBucket>> ReadAsync(IDatabase database, KeyNames keys, string room, IReadOnlyList<long> buckets, string uses)
    {
        var parts = TransferParts.Bucketed.Where(part => uses.Contains(part.Letter, StringComparison.Ordinal)).ToList();
        var asked = buckets.Select(bucket => (
            Open: database.HashGetAllAsync(keys.Bucket(room, bucket), CommandFlags.DemandMaster).Observed(),

            // In this order: a bucket that is sealed in between is in both answers, and never in neither.
            Sealed: database.HashGetAsync(keys.Sealed(room), bucket, CommandFlags.DemandMaster).Observed(),
            Features: parts.Select(part => database.HashGetAllAsync(keys.Feature(room, part.Letter, bucket), CommandFlags.DemandMaster).Observed()).ToList())).ToList();
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

            read.Add(Of(buckets[i], await open.ConfigureAwait(false), await packed.ConfigureAwait(false), groups, foreign));
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

    private static ReadBucket Of(
        long number, HashEntry[] open, RedisValue packed, IReadOnlyList<(TransferPart, SortedDictionary<long, List<(string, ReadOnlyMemory<byte>)>>)> features, int foreign)
    {
        var messages = new SortedDictionary<long, ReadOnlyMemory<byte>>();
        if (!packed.IsNull)
        {
            using var bucket = SealedBucket.TryOpen(number, ((ReadOnlyMemory<byte>)packed).Span);
            for (var id = number * Buckets.Size; bucket is not null && id < (number + 1) * Buckets.Size; id++)
            {
                if (bucket.TryGet(id, out var value))
                {
                    messages.Add(id, value.ToArray());
                }
            }

            return new ReadBucket(number, messages, features)
            {
                Unreadable = bucket is null ? (byte[]?)packed : null,
                IsDouble = open.Length > 0,
                IsSealed = true,
                Foreign = foreign,
            };
        }

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
