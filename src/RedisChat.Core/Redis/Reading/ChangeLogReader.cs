using StackExchange.Redis;

namespace RedisChat.Redis;

/// <summary>
/// Reads what happened since a position. The change log names the changed subjects, each feature reads their current state, and new messages follow.
/// </summary>
internal sealed class ChangeLogReader(RedisStoreContext context, IReadOnlyList<IChangedSubjects> features)
{
    private readonly KeyNames _keys = context.Keys;

    /// <summary>Completes messages in progress.</summary>
    public IUnfinishedMessages? Unfinished { get; init; }

    // One more than the largest RedisStoreOptions.ChangeLogLength: no chat wrote a longer log.
    private const int LongestLog = 1_000_001;

    public async Task<RoomChanges> ReadAsync(
        IDatabase database, string room, RoomPosition after, int limit, CancellationToken cancellationToken)
    {
        context.Rooms.TryGet(room, out var known);
        var (now, uses, entries) = await ReadLogAsync(database, room, after, cancellationToken).ConfigureAwait(false);
        if (!IsWhole(after, now, entries))
        {
            // Two commands are not atomic: when a slot moves, the room can be newer than the log.
            (now, uses, entries) = await ReadLogAsync(database, room, after, cancellationToken).ConfigureAwait(false);
        }

        if (uses == RoomCounters.BeingDeleted)
        {
            return new RoomChanges { Events = [new RoomEvent.RoomDeleted(after)], Position = after };
        }

        if (KnownRoom.At(now, known, uses) is var found && found.Covers(known))
        {
            context.Rooms.Raise(room, found);
        }

        if (after == now)
        {
            return new RoomChanges { Events = [], Position = now };
        }

        var reads = new PrimaryReads(database);
        using var messages = new BucketReader(reads, _keys, room, context.SealAfter, cancellationToken) { Ciphers = context.Ciphers, Last = now.MessageId, Expired = context.Expired, Cold = context.Cold };
        await messages.UseArchiveAsync(ArchivedField.IsIn(uses)).ConfigureAwait(false);
        if (after.MessageId == 0 && after.Revision == 0 && (after.Epoch == 0 || after.Epoch == now.Epoch))
        {
            // The reader has seen no messages, so it need not know about their changes.
            var all = new ChangedRoom(room, after with { Epoch = now.Epoch }, now, uses, entries, reads, messages, cancellationToken);
            return await ReadSinceAsync(all, limit).ConfigureAwait(false);
        }

        if (after.MessageId > 0 && after.MessageId < now.MessageId)
        {
            // The message that the reader has seen, which must still be the same, together with those that follow.
            await messages.PrefetchAsync(after.MessageId, Math.Min(now.MessageId, after.MessageId + limit)).ConfigureAwait(false);
        }

        if (!IsWhole(after, now, entries) || !await ContinuesAsync(messages, after, now, entries).ConfigureAwait(false))
        {
            return new RoomChanges { Events = [new RoomEvent.Gap(now)], Position = now };
        }

        var changed = new ChangedRoom(room, after, now, uses, entries, reads, messages, cancellationToken);
        return await ReadSinceAsync(changed, limit).ConfigureAwait(false);
    }

    /// <summary>The room's position, and its change log from the position's revision on: one round trip, the room first.</summary>
    private async Task<(RoomPosition Now, string Uses, ChangeLogEntry[] Entries)> ReadLogAsync(
        IDatabase database, string room, RoomPosition after, CancellationToken cancellationToken)
    {
        var roomTask = RoomCounters.ReadAsync(new PrimaryReads(database), _keys, room).Observed();
        var logTask = database.SortedSetRangeByScoreAsync(
            _keys.Changed(room), after.Revision, double.PositiveInfinity, take: LongestLog, flags: CommandFlags.DemandMaster).Observed();
        var (now, uses) = await roomTask.UntilAsync(cancellationToken).ConfigureAwait(false);
        var log = await logTask.UntilAsync(cancellationToken).ConfigureAwait(false);
        return (now, uses, Array.ConvertAll(log, entry => Read(entry, room)));
    }

    /// <summary>Whether the log extends to the room's revision.</summary>
    private static bool IsWhole(RoomPosition after, RoomPosition now, ChangeLogEntry[] entries) =>
        now.Revision <= after.Revision || Array.Exists(entries, entry => entry.Revision == now.Revision);

    /// <summary>Whether the room's history includes the position, and its log reaches back that far.</summary>
    private static async Task<bool> ContinuesAsync(BucketReader messages, RoomPosition after, RoomPosition now, ChangeLogEntry[] entries)
    {
        if (after.Epoch != now.Epoch || after.MessageId > now.MessageId || after.Revision > now.Revision)
        {
            return false;
        }

        // The log begins with revision 0 and drops its oldest entries: if this entry is there, so are all later ones.
        if (after.Revision != now.Revision && (entries.Length == 0 || entries[0].Revision != after.Revision))
        {
            return false;
        }

        if (after.MessageId == 0 || after.MessageId == now.MessageId)
        {
            return after.MessageId == 0 || after.Stamp == now.Stamp;
        }

        if (await messages.TryReadTimeAsync(after.MessageId).ConfigureAwait(false) is { } stamp)
        {
            return after.Stamp == stamp;
        }

        if (Array.Exists(entries, entry => entry.Revision > after.Revision && ChangedTrims.TryGetBelow(entry, out var below) && below > after.MessageId))
        {
            // Nobody can say any more whether it was the same message.
            return false;
        }

        // The message was deleted. If that was after the position, the log has its time; if before, the revision vouches for the position.
        foreach (var entry in entries)
        {
            if (entry.Revision > after.Revision
                && ((ChangedMessages.TryGetDeleted(entry, out var id, out var deletedStamp) && id == after.MessageId)
                    || DeletedRun.TryGetDeleted(entry, after.MessageId, out deletedStamp)))
            {
                return deletedStamp == after.Stamp;
            }
        }

        return true;
    }

    private async Task<RoomChanges> ReadSinceAsync(ChangedRoom room, int limit)
    {
        var (after, now) = (room.After, room.Now);
        var ordered = LastChanges(room).OrderBy(change => change.Entry.Revision).Take(limit + 1).ToList();
        var reported = ordered.Take(limit).ToList();

        // All features send their requests before the first await, so they share one round trip.
        var reading = reported
            .GroupBy(change => change.Feature, change => change.Entry)
            .Select(changes => changes.Key.ReadAsync(room, changes.ToList()))
            .ToList();
        var found = await Task.WhenAll(reading).ConfigureAwait(false);
        var events = found.SelectMany(part => part).OrderBy(happened => happened.Position.Revision).ToList();
        var changes = ordered.Count > limit
            ? new RoomChanges { Events = events, Position = after with { Revision = reported[^1].Entry.Revision }, HasMore = true }
            : await ReadNewAsync(room, after with { Revision = now.Revision }, events, limit).ConfigureAwait(false);
        return Unfinished is null ? changes : await Redis.Unfinished.CompleteAsync(Unfinished, room.Room, changes, room.CancellationToken).ConfigureAwait(false);
    }

    /// <summary>The last change of each subject that the reader must know about. Subjects that are new to it are reported as new instead.</summary>
    private IEnumerable<(IChangedSubjects Feature, ChangeLogEntry Entry)> LastChanges(ChangedRoom room)
    {
        var last = new Dictionary<(IChangedSubjects Feature, string Subject), ChangeLogEntry>();
        foreach (var entry in room.Entries)
        {
            if (entry.Revision > room.After.Revision && entry.Revision <= room.Now.Revision
                && features.FirstOrDefault(feature => feature.Handles(entry)) is { } feature && feature.Concerns(entry, room.After))
            {
                last[(feature, entry.Subject.ToString())] = entry;
            }
        }

        return last.Select(change => (change.Key.Feature, change.Value));
    }

    /// <summary>Adds the messages after the position, up to the limit, each preceded by the features' events for it.</summary>
    private async Task<RoomChanges> ReadNewAsync(ChangedRoom room, RoomPosition after, List<RoomEvent> events, int limit)
    {
        var now = room.Now;
        var first = after.MessageId > 0 ? 1 : await HistoryStart.ReadAsync(room.Reads, _keys, room.Room, room.Uses).ConfigureAwait(false);
        var ids = new RoomIds(after.MessageId, now.MessageId, _keys.Room(room.Room), "last", first, new GoneBuckets(room.Reads, _keys, room.Room));
        var space = limit - events.Count;
        var found = space <= 0
            ? []
            : await PageCollector.CollectAsync(ids.NewerAsync, room.Messages.ReadAsync, space).ConfigureAwait(false);
        var messages = found.Count > space ? found[..space] : found;
        var additions = new List<Func<long, RoomPosition, RoomEvent?>>();
        foreach (var feature in features)
        {
            if (messages.Count > 0 && await feature.ReadNewAsync(room, messages).ConfigureAwait(false) is { } addition)
            {
                additions.Add(addition);
            }
        }

        after = after with { Epoch = now.Epoch };
        foreach (var message in messages)
        {
            // These come before the message, so that a reader that stops in between has not moved its position past the message.
            events.AddRange(additions.Select(addition => addition(message.Id, after)).OfType<RoomEvent>());
            after = after with { MessageId = message.Id, Stamp = Micros.FromTime(message.Timestamp) };
            events.Add(new RoomEvent.Created(message, after));
        }

        var hasMore = space <= 0 ? after.MessageId < now.MessageId : found.Count > space;
        return new RoomChanges { Events = events, Position = hasMore ? after : now, HasMore = hasMore };
    }

    private ChangeLogEntry Read(RedisValue entry, string room)
    {
        var isEntry = ChangeLogEntry.TryRead(entry, out var read)
            && (features.FirstOrDefault(feature => feature.Handles(read)) is not { } feature || feature.IsValid(read));
        return isEntry
            ? read
            : throw new ChatDataException(
                $"The sorted set '{_keys.Changed(room)}' is not a change log. Another program may be using the same key prefix.")
            {
                Key = _keys.Changed(room),
            };
    }
}
