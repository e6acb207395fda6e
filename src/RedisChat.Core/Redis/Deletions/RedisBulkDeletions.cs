using StackExchange.Redis;

namespace RedisChat.Redis;

/// <summary>
/// Deletes many messages by one script call for each step. The conditions are that the messages are still those that were read, wherever they are: a message is
/// identified by its id and its time, and neither these nor its author ever change. In a room that uses what an edit changes and a deletion must know, the messages must not have changed at all.
/// Otherwise the step begins again.
/// </summary>
/// <param name="context">The shared parts of the store.</param>
/// <param name="changer">Runs the changes.</param>
/// <param name="effects">What features do when messages are deleted.</param>
/// <param name="replies">Reads the rest of a thread when replies are deleted.</param>
/// <param name="edited">The letters of the features whose data about a message an edit changes.</param>
/// <param name="upkeep">Says for which deletions the room must be added to those that need upkeep, and adds it.</param>
internal sealed class RedisBulkDeletions(
    RedisStoreContext context, RoomChanger changer, IReadOnlyList<IDeletionEffect> effects, IReplyDeletions replies, string edited, (IUpkeepCause Cause, IUpkeepStore Index) upkeep)
    : IBulkDeletionStore
{
    // Each time, another call changed one of the messages, or sealed their bucket.
    private const int MostAttempts = 50;

    // The most ids that are searched for messages in one step, where most were deleted before.
    private const int MostIds = 8192;

    // A sealed bucket is repacked, and travels both ways: their number bounds a step whose messages are far apart.
    private const int MostBuckets = 32;

    private readonly KeyNames _keys = context.Keys;

    /// <summary>A step as it was read.</summary>
    /// <param name="Messages">The messages to delete, by ascending id.</param>
    /// <param name="Next">See <see cref="DeletedStep.Next"/>.</param>
    /// <param name="Last">The room's last message id.</param>
    /// <param name="SealedBuckets">The contents of those buckets that are sealed, by number.</param>
    /// <param name="Digests">In a room that uses what edits change, the digests of the messages that are not sealed; otherwise <see langword="null"/>.</param>
    private sealed record Found(
        IReadOnlyList<Message> Messages, long? Next, long Last, IReadOnlyDictionary<long, RedisValue> SealedBuckets, IReadOnlyDictionary<long, string>? Digests);

    public async ValueTask<DeletedStep> DeleteStepAsync(
        string room, MessageSelection messages, long after, Actor by, string? reason, CancellationToken cancellationToken)
    {
        // Fails if two servers claim to be the primary, because it is then unknown which of them has the messages.
        await context.Connection.GetDatabaseAsync(cancellationToken, writes: true).ConfigureAwait(false);
        for (var attempt = 1; attempt <= MostAttempts; attempt++)
        {
            var found = await FindAsync(room, messages, after, cancellationToken).ConfigureAwait(false);
            if (found.Messages.Count == 0 || await TryDeleteAsync(room, found, by, reason, cancellationToken).ConfigureAwait(false))
            {
                return new DeletedStep(found.Messages.Count, found.Next, found.Last);
            }
        }

        throw new ChatUnavailableException($"Other callers changed the same messages {MostAttempts} times in a row. Nothing of this step was done.");
    }

    private async ValueTask<Found> FindAsync(string room, MessageSelection messages, long after, CancellationToken cancellationToken)
    {
        try
        {
            return await context.Calls.RunAsync(
                (Deletions: this, Room: room, Messages: messages, After: after),
                static (database, call, token) => new ValueTask<Found>(call.Deletions.FindAsync(database, call.Room, call.Messages, call.After, token)), cancellationToken).ConfigureAwait(false);
        }
        catch (OperationCanceledException e)
        {
            throw RedisErrors.NotSent(e);
        }
    }

    private async Task<Found> FindAsync(IDatabase database, string room, MessageSelection messages, long after, CancellationToken cancellationToken)
    {
        var reads = new PrimaryReads(database);
        var (position, uses) = await RoomCounters.ReadAsync(reads, _keys, room).UntilAsync(cancellationToken).ConfigureAwait(false);
        var (last, from, to) = (position.MessageId, Math.Max(after, messages.From - 1), Math.Min(messages.To, position.MessageId));
        var digests = uses.AsSpan().ContainsAny(edited) ? new Dictionary<long, string>() : null;
        using var reader = new BucketReader(reads, _keys, room, context.SealAfter, cancellationToken) { Last = last, Digests = digests };
        var (found, next) = (messages.Ids, messages.User) switch
        {
            ({ } ids, _) => await ReadAsync(reader, [.. ids.Where(id => id > from && id <= to).Take(ChatLimits.MaxDeletedAtOnce + 1)], cancellationToken).ConfigureAwait(false),
            (null, { } user) => await ReadAsync(
                reader, await IdsOfAsync(reads, room, user, from, to, cancellationToken).ConfigureAwait(false), cancellationToken).ConfigureAwait(false),
            _ => await SearchAsync(reader, room, from, to, cancellationToken).ConfigureAwait(false),
        };
        var buckets = found.Select(message => Buckets.Of(message.Id)).Distinct().ToList();
        if (buckets.Count > MostBuckets)
        {
            found = found.FindAll(message => Buckets.Of(message.Id) <= buckets[MostBuckets - 1]);
            (buckets, next) = (buckets[..MostBuckets], found[^1].Id);
        }

        var sealedBuckets = await ReadSealedAsync(database, room, buckets, cancellationToken).ConfigureAwait(false);
        return new Found(digests is null ? found : AsSealed(found, sealedBuckets), next, last, sealedBuckets, digests);
    }

    /// <summary>The next messages of an author.</summary>
    private async Task<IReadOnlyList<long>> IdsOfAsync(RoomReads reads, string room, string user, long from, long to, CancellationToken cancellationToken)
    {
        if (from >= to)
        {
            return [];
        }

        var index = await AuthorIndex.OpenAsync(reads, _keys.Author(room, user), ChatLimits.MaxDeletedAtOnce, cancellationToken).ConfigureAwait(false);
        var ids = await index.SplitAtAsync(from, to).UntilAsync(cancellationToken).ConfigureAwait(false);
        return await ids.NewerAsync(ChatLimits.MaxDeletedAtOnce + 1).AsTask().UntilAsync(cancellationToken).ConfigureAwait(false);
    }

    /// <summary>The existing messages among these ids, or among the first of them, and where the next step continues.</summary>
    private static async Task<(List<Message> Found, long? Next)> ReadAsync(BucketReader reader, IReadOnlyList<long> ids, CancellationToken cancellationToken)
    {
        var some = new List<long>();
        var buckets = 0;
        foreach (var id in ids)
        {
            buckets += some.Count == 0 || Buckets.Of(id) != Buckets.Of(some[^1]) ? 1 : 0;
            if (buckets > MostBuckets || some.Count == ChatLimits.MaxDeletedAtOnce)
            {
                break;
            }

            some.Add(id);
        }

        var found = new List<Message>(some.Count);
        await reader.ReadAsync(some, found, int.MaxValue).UntilAsync(cancellationToken).ConfigureAwait(false);

        // Only an empty list of ids is certainly the end.
        return (found, some.Count > 0 ? some[^1] : null);
    }

    /// <summary>The next messages of a range, and where the next step continues.</summary>
    private async Task<(List<Message> Found, long? Next)> SearchAsync(BucketReader reader, string room, long from, long to, CancellationToken cancellationToken)
    {
        if (from >= to)
        {
            return ([], null);
        }

        var end = Math.Min(to, from + MostIds);
        var ids = new RoomIds(from, end, _keys.Room(room), "last");
        var found = await PageCollector.CollectAsync(ids.NewerAsync, reader.ReadAsync, ChatLimits.MaxDeletedAtOnce).UntilAsync(cancellationToken).ConfigureAwait(false);
        if (found.Count > ChatLimits.MaxDeletedAtOnce)
        {
            found = found[..ChatLimits.MaxDeletedAtOnce];
            return (found, found[^1].Id);
        }

        return (found, end < to ? end : null);
    }

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
    private static List<Message> AsSealed(List<Message> messages, IReadOnlyDictionary<long, RedisValue> sealedBuckets)
    {
        var found = new List<Message>(messages.Count);
        foreach (var group in messages.GroupBy(message => Buckets.Of(message.Id)))
        {
            using var bucket = sealedBuckets.TryGetValue(group.Key, out var content) ? SealedBucket.TryOpen(group.Key, ((ReadOnlyMemory<byte>)content).Span) : null;
            found.AddRange(group.Select(message =>
                bucket?.TryGet(message.Id, out var value) == true && MessageJson.TryRead(message.Id, value.Span, out var now) ? now : message));
        }

        return found;
    }

    /// <summary>Deletes the messages; <see langword="false"/> if they are not as they were read.</summary>
    private async ValueTask<bool> TryDeleteAsync(string room, Found found, Actor by, string? reason, CancellationToken cancellationToken)
    {
        // The fields' values are not compared, so there is nothing to decide again: a second call with other values means a conflict.
        RedisValue[] values = [];
        if (found.Digests is not null && found.Messages.Any(message => upkeep.Cause.Calls(message, MessageDecision.Delete())))
        {
            await upkeep.Index.AddRoomAsync(ThreadId.RuledBy(room), at: null, cancellationToken).ConfigureAwait(false);
        }

        var rest = await replies.BeginAsync(room, [.. found.Messages.Select(message => message.Id)], cancellationToken).ConfigureAwait(false);
        var reply = await changer.RunAsync(
            room, values, state => ReferenceEquals(state.Values, values) ? Deletion(room, found, by, reason, rest) : null, cancellationToken).ConfigureAwait(false);
        return reply is not null;
    }

    private RoomChange? Deletion(string room, Found found, Actor by, string? reason, ReplyDeletion? rest)
    {
        var ids = found.Messages.Select(message => message.Id).ToList();
        var change = new RoomChange(_keys, room, DeletedRun.Kind, DeletedRun.WriteIds(ids), new RoomPermit(by, RightsFor(found.Messages, by)));
        var buckets = found.Messages.GroupBy(message => Buckets.Of(message.Id)).ToList();
        if (found.Digests is null)
        {
            foreach (var letter in edited)
            {
                change.Unused(letter);
            }
        }

        rest?.Expect(change);
        foreach (var bucket in buckets)
        {
            if (found.SealedBuckets.TryGetValue(bucket.Key, out var content))
            {
                change.ExpectSame(_keys.Sealed(room), bucket.Key, ((ReadOnlyMemory<byte>)content).Span);
            }
            else if (found.Digests is { } digests)
            {
                // A message that was read in a sealed bucket cannot be in an open one: nothing has this digest.
                change.ExpectSame(_keys.Bucket(room, bucket.Key), [.. bucket.Select(message => (message.Id, digests.GetValueOrDefault(message.Id, "")))]);
            }
            else
            {
                change.Stamped(_keys.Bucket(room, bucket.Key), [.. bucket.Select(message => (message.Id, Micros.FromTime(message.Timestamp)))]);
            }
        }

        foreach (var bucket in buckets)
        {
            if (!found.SealedBuckets.TryGetValue(bucket.Key, out var content))
            {
                change.Remove(_keys.Bucket(room, bucket.Key), [.. bucket.Select(message => (RedisValue)message.Id)]);
            }
            else if (!TryRepack(bucket.Key, content, [.. bucket.Select(message => message.Id)], out var others))
            {
                return null;
            }
            else
            {
                // Deleted first, because Redis refuses HSET when memory is full, but not once a script has begun to write.
                change.Delete(_keys.Sealed(room), bucket.Key);
                if (others.Length > 0)
                {
                    change.Set(_keys.Sealed(room), bucket.Key, others);
                }
            }
        }

        change.Increment(_keys.Room(room), MessageEditor.DeletedField, ids.Count);
        rest?.AddTo(change);
        foreach (var effect in effects)
        {
            effect.AddTo(change, room, found.Messages);
        }

        var times = DeletedRun.WriteTimes(found.Messages.Select(message => Micros.FromTime(message.Timestamp)));
        if (DeletionJson.Write(by.UserId, reason) is not { } details)
        {
            return change.Log(times);
        }

        return change.Log($"{times}:{details}").Line(details);
    }

    /// <summary>The content of a sealed bucket without messages; <see langword="false"/> if not all of them are in it, because they were read elsewhere.</summary>
    private static bool TryRepack(long number, RedisValue content, List<long> ids, out byte[] others)
    {
        others = [];
        using var bucket = SealedBucket.TryOpen(number, ((ReadOnlyMemory<byte>)content).Span);
        if (bucket is null || !ids.TrueForAll(id => bucket.TryGet(id, out _)))
        {
            return false;
        }

        // The first one is removed by replacing its value with nothing.
        bucket.Remove(ids.Skip(1));
        return bucket.TryReplace(ids[0], default, out others);
    }

    private static RoomRights RightsFor(IReadOnlyList<Message> messages, Actor by)
    {
        if (by.IsApplication)
        {
            return RoomRights.None;
        }

        var rights = RoomRights.None;
        foreach (var message in messages)
        {
            rights |= message.User == by.UserId ? RoomRights.ChangeOwn : RoomRights.DeleteAny;
        }

        return rights;
    }
}
