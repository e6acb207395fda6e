using StackExchange.Redis;

namespace RedisChat.Redis;

/// <summary>Messages of a room without a user: their values as they are stored now, and as they will be.</summary>
/// <param name="room">The room.</param>
/// <param name="keys">Names the keys.</param>
internal sealed class ErasedMessages(string room, KeyNames keys)
{
    private readonly List<(long Bucket, long Id, string Digest, byte[] Value)> _open = [];
    private readonly List<(long Bucket, RedisValue Content, byte[] Others)> _sealed = [];
    private readonly SortedSet<long> _ids = [];

    /// <summary>The ids of the messages that change, ascending.</summary>
    public IReadOnlyCollection<long> Ids => _ids;

    /// <summary>The user's messages that are being written. They are not changed.</summary>
    public List<long> Unfinished { get; } = [];

    /// <summary>Reads messages.</summary>
    /// <param name="database">The database.</param>
    /// <param name="ids">Their ids.</param>
    /// <param name="user">The user.</param>
    /// <param name="alias">The author that replaces the user; <see langword="null"/> to remove mentions alone.</param>
    /// <param name="cancellationToken">Stops waiting.</param>
    public async Task ReadAsync(IDatabase database, IReadOnlyCollection<long> ids, string user, string? alias, CancellationToken cancellationToken)
    {
        var groups = ids.Distinct().Order().GroupBy(Buckets.Of).ToList();
        if (groups.Count == 0)
        {
            return;
        }

        // Open buckets first: one that is sealed in between is found in both, never in neither.
        var open = groups.ConvertAll(group => database.HashGetAsync(keys.Bucket(room, group.Key), [.. group.Select(id => (RedisValue)id)], CommandFlags.DemandMaster).Observed());
        var packed = await database.HashGetAsync(keys.Sealed(room), [.. groups.Select(group => (RedisValue)group.Key)], CommandFlags.DemandMaster)
            .UntilAsync(cancellationToken).ConfigureAwait(false);
        for (var n = 0; n < groups.Count; n++)
        {
            var values = await open[n].UntilAsync(cancellationToken).ConfigureAwait(false);
            if (!packed[n].IsNull)
            {
                ReadSealed(groups[n].Key, packed[n], [.. groups[n]], user, alias);
                continue;
            }

            foreach (var (id, value) in groups[n].Zip(values))
            {
                if (!value.IsNull && Without(id, ((ReadOnlyMemory<byte>)value).Span, user, alias) is { } changed)
                {
                    _open.Add((groups[n].Key, id, FieldDigest.Of(((ReadOnlyMemory<byte>)value).Span), changed));
                }
            }
        }
    }

    /// <summary>Adds the conditions, and the new values, to a change.</summary>
    public void AddTo(RoomChange change)
    {
        foreach (var bucket in _open.GroupBy(message => message.Bucket))
        {
            change.ExpectSame(keys.Bucket(room, bucket.Key), [.. bucket.Select(message => (message.Id, message.Digest))]);
        }

        foreach (var (bucket, content, _) in _sealed)
        {
            change.ExpectSame(keys.Sealed(room), bucket, ((ReadOnlyMemory<byte>)content).Span);
        }

        foreach (var (bucket, id, _, value) in _open)
        {
            change.Set(keys.Bucket(room, bucket), id, value);
        }

        foreach (var (bucket, _, others) in _sealed)
        {
            change.Set(keys.Sealed(room), bucket, others);
        }
    }

    private void ReadSealed(long number, RedisValue content, IReadOnlyList<long> ids, string user, string? alias)
    {
        using var bucket = SealedBucket.TryOpen(number, ((ReadOnlyMemory<byte>)content).Span);
        if (bucket is null)
        {
            return;
        }

        var changed = new Dictionary<long, byte[]>();
        foreach (var id in ids)
        {
            if (bucket.TryGet(id, out var value) && Without(id, value.Span, user, alias) is { } other)
            {
                changed.Add(id, other);
            }
        }

        if (changed.Count > 0)
        {
            _sealed.Add((number, content, bucket.With(changed)));
        }
    }

    private byte[]? Without(long id, ReadOnlySpan<byte> value, string user, string? alias)
    {
        if (alias is not null && MessageJson.TryRead(id, value, out var message) && message.User == user && message.Writing == WritingState.InProgress)
        {
            Unfinished.Add(id);
            return null;
        }

        if (ErasureJson.Without(value, user, alias) is not { } changed)
        {
            return null;
        }

        _ids.Add(id);
        return changed;
    }
}
