using StackExchange.Redis;

namespace RedisChat.Redis;

/// <summary>Messages of a room without a user: their values as they are stored now, and as they will be.</summary>
/// <param name="context">The shared parts of the store.</param>
/// <param name="room">The room.</param>
/// <param name="uses">The features that it uses.</param>
internal sealed class ErasedMessages(RedisStoreContext context, string room, string uses)
{
    // What is put back from the archive at once.
    private const int BucketsAtOnce = 16;

    private readonly KeyNames _keys = context.Keys;
    private readonly List<(long Bucket, long Id, string Digest, byte[] Value)> _open = [];
    private readonly List<(long Bucket, RedisValue Content, Dictionary<long, byte[]> Changed)> _sealed = [];
    private readonly SortedSet<long> _ids = [];

    /// <summary>The ids of the messages that change, ascending.</summary>
    public IReadOnlyCollection<long> Ids => _ids;

    /// <summary>The user's messages that are being written. They are not changed.</summary>
    public List<long> Unfinished { get; } = [];

    /// <summary>Whether some are in sealed buckets, which are encrypted as a whole in encrypted rooms.</summary>
    public bool HasSealed => _sealed.Count > 0;

    /// <summary>Reads messages. Those in the archive are put back into Redis first, where they are changed.</summary>
    /// <param name="database">The database.</param>
    /// <param name="ids">Their ids.</param>
    /// <param name="user">The user.</param>
    /// <param name="alias">The author that replaces the user; <see langword="null"/> to remove mentions alone.</param>
    /// <param name="cancellationToken">Stops waiting.</param>
    public async Task ReadAsync(IDatabase database, IReadOnlyCollection<long> ids, string user, string? alias, CancellationToken cancellationToken)
    {
        var groups = ids.Distinct().Order().GroupBy(Buckets.Of).ToList();
        foreach (var some in ArchivedField.IsIn(uses) ? groups.Chunk(BucketsAtOnce) : [])
        {
            await context.Cold.ThawAsync(database, room, [.. some.Select(group => group.Key)], cancellationToken).ConfigureAwait(false);
        }

        await ReadAsync(database, groups, (id, value) => Without(id, value, user, alias), cancellationToken).ConfigureAwait(false);
    }

    /// <summary>Reads messages of the user in open buckets that cannot be decrypted, to empty them: nothing else can be read, and so deleted.</summary>
    /// <param name="database">The database.</param>
    /// <param name="ids">The ids of the user's messages.</param>
    /// <param name="user">The user.</param>
    /// <param name="cancellationToken">Stops waiting.</param>
    public Task ReadLockedAsync(IDatabase database, IReadOnlyCollection<long> ids, string user, CancellationToken cancellationToken) =>
        ReadAsync(database, [.. ids.Order().GroupBy(Buckets.Of)], (id, value) => Emptied(id, value, user), cancellationToken);

    /// <summary>Adds the conditions, and the new values, to a change.</summary>
    /// <param name="change">The change.</param>
    /// <param name="cipher">Encrypts sealed buckets; <see langword="null"/> in a room that is not encrypted.</param>
    /// <returns><see langword="false"/> if the cipher does not have the key of a bucket.</returns>
    public bool TryAddTo(RoomChange change, RoomCipher? cipher)
    {
        if (HasSealed)
        {
            change.Encrypted(cipher);
        }

        foreach (var bucket in _open.GroupBy(message => message.Bucket))
        {
            change.ExpectSame(_keys.Bucket(room, bucket.Key), [.. bucket.Select(message => (message.Id, message.Digest))]);
        }

        foreach (var (bucket, content, _) in _sealed)
        {
            change.ExpectSame(_keys.Sealed(room), bucket, ((ReadOnlyMemory<byte>)content).Span);
        }

        foreach (var (bucket, id, _, value) in _open)
        {
            change.Set(_keys.Bucket(room, bucket), id, value);
        }

        foreach (var (number, content, changed) in _sealed)
        {
            using var bucket = SealedBucket.TryOpen(number, ((ReadOnlyMemory<byte>)content).Span, cipher);
            if (bucket is null)
            {
                return false;
            }

            change.Set(_keys.Sealed(room), number, bucket.With(changed, cipher));
        }

        return true;
    }

    private async Task ReadAsync(IDatabase database, List<IGrouping<long, long>> groups, Func<long, ReadOnlyMemory<byte>, byte[]?> without, CancellationToken cancellationToken)
    {
        if (groups.Count == 0)
        {
            return;
        }

        // Open buckets first: one that is sealed in between is found in both, never in neither.
        var open = groups.ConvertAll(group => database.HashGetAsync(_keys.Bucket(room, group.Key), [.. group.Select(id => (RedisValue)id)], CommandFlags.DemandMaster).Observed());
        var packed = await database.HashGetAsync(_keys.Sealed(room), [.. groups.Select(group => (RedisValue)group.Key)], CommandFlags.DemandMaster)
            .UntilAsync(cancellationToken).ConfigureAwait(false);
        for (var n = 0; n < groups.Count; n++)
        {
            var values = await open[n].UntilAsync(cancellationToken).ConfigureAwait(false);
            if (!packed[n].IsNull)
            {
                await ReadSealedAsync(groups[n].Key, packed[n], [.. groups[n]], without, cancellationToken).ConfigureAwait(false);
                continue;
            }

            foreach (var (id, value) in groups[n].Zip(values))
            {
                if (!value.IsNull && without(id, value) is { } changed)
                {
                    _ids.Add(id);
                    _open.Add((groups[n].Key, id, FieldDigest.Of(((ReadOnlyMemory<byte>)value).Span), changed));
                }
            }
        }
    }

    private async ValueTask ReadSealedAsync(
        long number, RedisValue content, IReadOnlyList<long> ids, Func<long, ReadOnlyMemory<byte>, byte[]?> without, CancellationToken cancellationToken)
    {
        using var bucket = await EncryptedBuckets.OpenAsync(context, room, number, content, cancellationToken).ConfigureAwait(false);
        if (bucket is null)
        {
            return;
        }

        var changed = new Dictionary<long, byte[]>();
        foreach (var id in ids)
        {
            if (bucket.TryGet(id, out var value) && without(id, value) is { } other)
            {
                _ids.Add(id);
                changed.Add(id, other);
            }
        }

        if (changed.Count > 0)
        {
            _sealed.Add((number, content, changed));
        }
    }

    private byte[]? Without(long id, ReadOnlyMemory<byte> value, string user, string? alias)
    {
        // The author and the state of an encrypted message are plain.
        if (alias is not null && EncryptedJson.TryReadOpen(id, value.Span, out var message) && message.User == user && message.Writing == WritingState.InProgress)
        {
            Unfinished.Add(id);
            return null;
        }

        return ErasureJson.Without(value.Span, user, alias);
    }

    private static byte[]? Emptied(long id, ReadOnlyMemory<byte> value, string user) =>
        EncryptedJson.KeyIn(value.Span) is not null && ErasureJson.Emptied(value.Span, user) is { } empty && MessageJson.IsMessage(id, empty) ? empty : null;
}
