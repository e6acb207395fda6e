using StackExchange.Redis;

namespace RedisChat.Redis;

/// <summary>
/// Deletes many messages by one script call for each step. The conditions are that the messages are still those that were read, wherever they are: a message is
/// identified by its id and its time, and neither these nor its author ever change. In a room that uses what an edit changes and a deletion must know, the messages must not have changed at all.
/// Otherwise the step begins again.
/// </summary>
/// <param name="context">The shared parts of the store.</param>
/// <param name="changer">Runs the changes.</param>
/// <param name="steps">Deletes the messages.</param>
/// <param name="replies">Reads the rest of a thread when replies are deleted.</param>
internal sealed class RedisBulkDeletions(RedisStoreContext context, RoomChanger changer, DeletionSteps steps, IReplyDeletions replies) : IBulkDeletionStore
{
    // Each time, another call changed one of the messages, or sealed their bucket.
    private const int MostAttempts = 50;

    // The most ids that are searched for messages in one step, where most were deleted before.
    private const int MostIds = 8192;

    // A sealed bucket is repacked, and travels both ways: their number bounds a step whose messages are far apart.
    private const int MostBuckets = 32;

    private readonly KeyNames _keys = context.Keys;

    /// <summary>A step as it was read.</summary>
    /// <param name="Read">The messages to delete, with all that the deletion must know of them.</param>
    /// <param name="Next">See <see cref="DeletedStep.Next"/>.</param>
    /// <param name="Last">The room's last message id.</param>
    /// <param name="Locked">The encrypted values that could not be decrypted.</param>
    /// <param name="Unreadable">The ids of what could not be read.</param>
    private sealed record Found(MessagesToDelete Read, long? Next, long Last, LockedValues Locked, IReadOnlyList<long> Unreadable)
    {
        public IReadOnlyList<Message> Messages => Read.Messages;
    }

    public ValueTask<DeletedStep> DeleteStepAsync(string room, MessageSelection messages, long after, Actor by, string? reason, CancellationToken cancellationToken) =>
        DeleteStepAsync(room, messages, after, by, reason, deleting: null, cancellationToken);

    /// <summary>The same, for a caller that must know which messages are deleted even if the answer is lost.</summary>
    /// <param name="room">The room.</param>
    /// <param name="messages">The messages.</param>
    /// <param name="after">Where to continue.</param>
    /// <param name="by">Who deletes them.</param>
    /// <param name="reason">Why.</param>
    /// <param name="deleting">Receives the ids of messages that are there, before they are deleted; again if they had to be read again.</param>
    /// <param name="cancellationToken">Stops waiting.</param>
    public async ValueTask<DeletedStep> DeleteStepAsync(
        string room, MessageSelection messages, long after, Actor by, string? reason, Action<IEnumerable<long>>? deleting, CancellationToken cancellationToken)
    {
        // Fails if two servers claim to be the primary, because it is then unknown which of them has the messages.
        await context.Connection.GetDatabaseAsync(cancellationToken, writes: true).ConfigureAwait(false);
        for (var attempt = 1; attempt <= MostAttempts; attempt++)
        {
            var found = await FindAsync(room, messages, after, cancellationToken).ConfigureAwait(false);
            deleting?.Invoke(found.Messages.Select(message => message.Id));
            if (found.Messages.Count == 0 || await TryDeleteAsync(room, found, by, reason, cancellationToken).ConfigureAwait(false))
            {
                // Expired messages that are there must not be forgotten. Other callers are promised that unreadable messages stay.
                return by.IsApplication && reason == ExpiryUpkeep.Reason
                    && await found.Locked.FindProblemAsync(context, room, found.Unreadable, cancellationToken).ConfigureAwait(false) is { } problem
                    ? throw problem
                    : new DeletedStep(found.Messages.Count, found.Next, found.Last);
            }
        }

        throw new ChatUnavailableException($"Other callers changed the same messages {MostAttempts} times in a row. Nothing of this step was done.");
    }

    private ValueTask<Found> FindAsync(string room, MessageSelection messages, long after, CancellationToken cancellationToken) =>
        context.Calls.RunBeforeChangeAsync(
            (Deletions: this, Room: room, Messages: messages, After: after),
            static (database, call, token) => new ValueTask<Found>(call.Deletions.FindAsync(database, call.Room, call.Messages, call.After, token)), cancellationToken);

    private async Task<Found> FindAsync(IDatabase database, string room, MessageSelection messages, long after, CancellationToken cancellationToken)
    {
        var reads = new PrimaryReads(database);
        var (position, uses) = await RoomCounters.ReadAsync(reads, _keys, room).UntilAsync(cancellationToken).ConfigureAwait(false);
        var (last, from, to) = (position.MessageId, Math.Max(after, messages.From - 1), Math.Min(messages.To, position.MessageId));
        var locked = new LockedValues();
        using var reader = steps.OpenReader(reads, room, last, uses, locked, cancellationToken);
        var (found, next) = (messages.Ids, messages.User) switch
        {
            ({ } ids, _) => await ReadAsync(reader, [.. ids.Where(id => id > from && id <= to).Take(ChatLimits.MaxDeletedAtOnce + 1)], cancellationToken).ConfigureAwait(false),
            (null, { } user) => await ReadAsync(
                reader, await IdsOfAsync(reads, room, user, (position, uses), from, to, cancellationToken).ConfigureAwait(false), cancellationToken).ConfigureAwait(false),
            _ => await SearchAsync(reader, room, from, to, cancellationToken).ConfigureAwait(false),
        };
        // The ids come from a list. Whoever else wrote there, nobody else's message is deleted.
        found = messages.User is { } author ? found.FindAll(message => message.User == author) : found;
        var buckets = found.Select(message => Buckets.Of(message.Id)).Distinct().ToList();
        if (buckets.Count > MostBuckets)
        {
            found = found.FindAll(message => Buckets.Of(message.Id) <= buckets[MostBuckets - 1]);
            (buckets, next) = (buckets[..MostBuckets], found[^1].Id);
        }

        return new Found(
            await steps.ReadAsync(database, room, uses, found, buckets, reader.Digests, cancellationToken).ConfigureAwait(false), next, last,
            locked, [.. reader.Unreadable.Select(value => value.Id).OfType<long>()]);
    }

    /// <summary>The next messages of an author.</summary>
    private async Task<IReadOnlyList<long>> IdsOfAsync(
        RoomReads reads, string room, string user, (RoomPosition Position, string Uses) state, long from, long to, CancellationToken cancellationToken)
    {
        if (from >= to)
        {
            return [];
        }

        var index = await AuthorIndex.OpenAsync(reads, _keys.Author(room, user), ChatLimits.MaxDeletedAtOnce, cancellationToken).ConfigureAwait(false);
        var ids = await ArchivedAuthorIds.SplitAsync(context, reads, room, user, index, state, from, 1, cancellationToken, to).UntilAsync(cancellationToken).ConfigureAwait(false);
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

    /// <summary>Deletes the messages; <see langword="false"/> if they are not as they were read.</summary>
    private async ValueTask<bool> TryDeleteAsync(string room, Found found, Actor by, string? reason, CancellationToken cancellationToken)
    {
        // The fields' values are not compared, so there is nothing to decide again: a second call with other values means a conflict.
        RedisValue[] values = [];
        var callsUpkeep = await steps.PrepareAsync(room, found.Read, cancellationToken).ConfigureAwait(false);
        var rest = await replies.BeginAsync(room, [.. found.Messages.Select(message => message.Id)], cancellationToken).ConfigureAwait(false);
        // Only sealed buckets are written again. Messages in open ones can be deleted even if the present key is lost.
        var reply = await changer.RunAsync(
            room, values, state => ReferenceEquals(state.Values, values) ? Deletion(room, found, by, reason, rest, state.Cipher) : null, cancellationToken,
            encrypts: found.Read.SealedBuckets.Count > 0).ConfigureAwait(false);
        if (reply is not null && callsUpkeep && !(by.IsApplication && reason == ExpiryUpkeep.Reason))
        {
            // Soon, except for the upkeep itself, which has claimed the room and comes to that next.
            context.Upkeep.AddAfter(ThreadId.RuledBy(room));
        }

        return reply is not null;
    }

    private RoomChange? Deletion(string room, Found found, Actor by, string? reason, ReplyDeletion? rest, RoomCipher? cipher)
    {
        var change = new RoomChange(
            _keys, room, DeletedRun.Kind, DeletedRun.WriteIds([.. found.Messages.Select(message => message.Id)]), new RoomPermit(by, RightsFor(found.Messages, by)));
        rest?.Expect(change);
        if (!steps.TryAddTo(change, room, found.Read, cipher))
        {
            return null;
        }

        rest?.AddTo(change);
        var times = DeletedRun.WriteTimes(found.Messages.Select(message => Micros.FromTime(message.Timestamp)));
        if (DeletionJson.Write(by.UserId, reason) is not { } details)
        {
            return change.Log(times);
        }

        return change.Log($"{times}:{details}").Line(details);
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
