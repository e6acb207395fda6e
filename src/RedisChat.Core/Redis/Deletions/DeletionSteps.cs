using StackExchange.Redis;

namespace RedisChat.Redis;

/// <summary>What all deletions of many messages have in common: that the messages are still those that were read, their removal, and what features do then.</summary>
/// <param name="context">The shared parts of the store.</param>
/// <param name="effects">What features do when messages are deleted.</param>
/// <param name="edited">The letters of the features whose data about a message an edit changes.</param>
/// <param name="upkeep">Says for which deletions the room must be added to those that need upkeep, and adds it.</param>
internal sealed class DeletionSteps(RedisStoreContext context, IReadOnlyList<IDeletionEffect> effects, string edited, (IUpkeepCause Cause, UpkeepIndex Index) upkeep)
{
    private readonly KeyNames _keys = context.Keys;

    /// <summary>
    /// Opens a reader of the messages that are to be deleted, wherever they are. It also collects what the deletion must know of them: the encrypted values that cannot be decrypted, and the digests of the messages in a
    /// room in which they must not change before they are deleted.
    /// </summary>
    /// <param name="reads">Where to read.</param>
    /// <param name="room">The room.</param>
    /// <param name="last">Its last message id.</param>
    /// <param name="uses">The letters of the features that it uses.</param>
    /// <param name="locked">Collects the encrypted values.</param>
    /// <param name="cancellationToken">Stops before the next round trip.</param>
    public BucketReader OpenReader(RoomReads reads, string room, long last, string uses, LockedValues locked, CancellationToken cancellationToken) =>
        new(reads, _keys, room, context.SealAfter, cancellationToken)
        {
            Ciphers = context.Ciphers,
            Last = last,
            Digests = uses.AsSpan().ContainsAny(edited) ? [] : null,
            Cold = context.Cold,
            IsArchived = ArchivedField.IsIn(uses),
            Undecrypted = locked,
        };

    /// <summary>Adds the room to those that need upkeep, if the deletion will make that necessary: before it, so that the room is found wherever this process dies.</summary>
    /// <returns>Whether it did.</returns>
    public async ValueTask<bool> PrepareAsync(string room, MessagesToDelete read, CancellationToken cancellationToken)
    {
        if (read.Digests is null || !read.Messages.Any(message => upkeep.Cause.Calls(message, MessageDecision.Delete())))
        {
            return false;
        }

        await NoticeCipher.PrepareAsync(context, upkeep.Index, room, cancellationToken).ConfigureAwait(false);
        return true;
    }

    /// <summary>Reads what a deletion must know of messages besides the messages.</summary>
    /// <param name="database">The database.</param>
    /// <param name="room">The room.</param>
    /// <param name="uses">The letters of the features that the room uses.</param>
    /// <param name="messages">The messages, by ascending id.</param>
    /// <param name="buckets">The numbers of their buckets, and of others that are removed with them.</param>
    /// <param name="digests">See <see cref="MessagesToDelete"/>.</param>
    /// <param name="cancellationToken">Stops waiting.</param>
    public async Task<MessagesToDelete> ReadAsync(
        IDatabase database, string room, string uses, List<Message> messages, List<long> buckets, IReadOnlyDictionary<long, string>? digests, CancellationToken cancellationToken)
    {
        if (buckets.Count > 0 && ArchivedField.IsIn(uses))
        {
            // They are deleted in Redis, where all that depends on them is.
            await context.Cold.ThawAsync(database, room, buckets, cancellationToken).ConfigureAwait(false);
        }

        var sealedBuckets = await ReadSealedAsync(database, room, buckets, cancellationToken).ConfigureAwait(false);
        return new MessagesToDelete(digests is null ? messages : await AsSealedAsync(room, messages, sealedBuckets, cancellationToken).ConfigureAwait(false), sealedBuckets, digests);
    }

    /// <summary>Adds the deletion to a change; <see langword="false"/> if the messages were not read where they are.</summary>
    /// <param name="change">The change, to which nothing but conditions was added yet.</param>
    /// <param name="room">The room.</param>
    /// <param name="read">The messages.</param>
    /// <param name="cipher">The room's cipher, if it is encrypted.</param>
    /// <param name="trimmed">If nothing stays in the buckets, because they are trimmed: what was read there and is not a message, and the number of messages, with these. Otherwise <see langword="null"/>.</param>
    public bool TryAddTo(RoomChange change, string room, MessagesToDelete read, RoomCipher? cipher, (IReadOnlyList<long> Unreadable, long Count)? trimmed = null)
    {
        change.Encrypted(read.SealedBuckets.Count > 0 ? cipher : null);
        var buckets = read.Messages.GroupBy(message => Buckets.Of(message.Id)).ToList();
        if (read.Digests is null)
        {
            foreach (var letter in edited)
            {
                change.Unused(letter);
            }
        }

        foreach (var bucket in buckets)
        {
            if (read.SealedBuckets.TryGetValue(bucket.Key, out var content))
            {
                change.ExpectSame(_keys.Sealed(room), bucket.Key, ((ReadOnlyMemory<byte>)content).Span);
            }
            else if (read.Digests is { } digests)
            {
                // A message that was read in a sealed bucket cannot be in an open one: nothing has this digest.
                change.ExpectSame(_keys.Bucket(room, bucket.Key), [.. bucket.Select(message => (message.Id, digests.GetValueOrDefault(message.Id, "")))]);
            }
            else
            {
                change.Stamped(_keys.Bucket(room, bucket.Key), [.. bucket.Select(message => (message.Id, Micros.FromTime(message.Timestamp)))]);
            }
        }

        foreach (var bucket in trimmed is null ? buckets : [])
        {
            var count = bucket.Count();
            if (!read.SealedBuckets.TryGetValue(bucket.Key, out var content))
            {
                change.Remove(_keys.Bucket(room, bucket.Key), [.. bucket.Select(message => (RedisValue)message.Id)]);
            }
            else if (!TryRepack(bucket.Key, content, cipher, [.. bucket.Select(message => message.Id)], out var others))
            {
                return false;
            }
            else
            {
                // Deleted first, because Redis refuses HSET when memory is full, but not once a script has begun to write.
                change.Delete(_keys.Sealed(room), bucket.Key);
                count = 0;
                if (others.Length > 0)
                {
                    change.Set(_keys.Sealed(room), bucket.Key, others);
                    continue;
                }
            }

            change.Vacate(_keys.Gone(room), _keys.Bucket(room, bucket.Key), bucket.Key, count);
        }

        IReadOnlyList<Message> all = trimmed is null ? read.Messages : [.. read.Messages.Concat(trimmed.Value.Unreadable.Select(Unreadable)).OrderBy(message => message.Id)];
        foreach (var bucket in trimmed is null ? [] : all.Select(message => message.Id).GroupBy(Buckets.Of))
        {
            change.Delete(_keys.Sealed(room), bucket.Key).Remove(_keys.Bucket(room, bucket.Key), [.. bucket.Select(id => (RedisValue)id)]);
        }

        if (all.Count > 0)
        {
            change.Increment(_keys.Room(room), MessageEditor.DeletedField, trimmed?.Count ?? all.Count);
            foreach (var effect in effects)
            {
                effect.AddTo(change, room, all);
            }
        }

        return true;
    }

    /// <summary>What effects get of a message that cannot be read.</summary>
    private static Message Unreadable(long id) => new() { Id = id, User = "", Text = "", Timestamp = default };

    private async Task<IReadOnlyDictionary<long, RedisValue>> ReadSealedAsync(IDatabase database, string room, List<long> buckets, CancellationToken cancellationToken)
    {
        var found = new Dictionary<long, RedisValue>();
        if (buckets.Count == 0)
        {
            return found;
        }

        var contents = await database.HashGetAsync(_keys.Sealed(room), [.. buckets.Select(bucket => (RedisValue)bucket)], CommandFlags.DemandMaster)
            .UntilAsync(cancellationToken).ConfigureAwait(false);
        for (var i = 0; i < contents.Length; i++)
        {
            if (!contents[i].IsNull)
            {
                found.Add(buckets[i], contents[i]);
            }
        }

        return found;
    }

    /// <summary>The messages with the state that those in sealed buckets have there: an edit may have changed them since they were read first.</summary>
    private async ValueTask<List<Message>> AsSealedAsync(
        string room, List<Message> messages, IReadOnlyDictionary<long, RedisValue> sealedBuckets, CancellationToken cancellationToken)
    {
        var found = new List<Message>(messages.Count);
        foreach (var group in messages.GroupBy(message => Buckets.Of(message.Id)))
        {
            using var bucket = sealedBuckets.TryGetValue(group.Key, out var content)
                ? await EncryptedBuckets.TryOpenAsync(context, room, group.Key, content, cancellationToken).ConfigureAwait(false)
                : null;
            found.AddRange(group.Select(message =>
                bucket?.TryGet(message.Id, out var value) == true && MessageJson.TryRead(message.Id, value.Span, out var now) ? now : message));
        }

        return found;
    }

    /// <summary>The content of a sealed bucket without messages; <see langword="false"/> if not all of them are in it, because they were read elsewhere.</summary>
    private static bool TryRepack(long number, RedisValue content, RoomCipher? cipher, List<long> ids, out byte[] others)
    {
        others = [];
        using var bucket = SealedBucket.TryOpen(number, ((ReadOnlyMemory<byte>)content).Span, cipher);
        if (bucket is null || !ids.TrueForAll(id => bucket.TryGet(id, out _)))
        {
            return false;
        }

        // The first one is removed by replacing its value with nothing.
        bucket.Remove(ids.Skip(1));
        return bucket.TryReplace(ids[0], default, cipher, out others);
    }
}
