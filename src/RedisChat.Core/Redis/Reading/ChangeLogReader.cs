using System.Globalization;
using StackExchange.Redis;

namespace RedisChat.Redis;

/// <summary>
/// Reads what happened since a position: from the change log what changed, from the buckets the present state of that, and what is new.
/// </summary>
internal sealed class ChangeLogReader(RedisStoreContext context)
{
    private readonly KeyNames _keys = context.Keys;

    /// <summary>One entry of the change log: <c>revision:id</c>, or for a deletion <c>revision:id:time of the message</c>.</summary>
    private readonly record struct Change(long Revision, long Id, long? DeletedStamp);

    // The most that RedisStoreOptions.ChangeLogLength can be, and one more: what is longer no chat has written.
    private const int LongestLog = 1_000_001;

    public async Task<RoomChanges> ReadAsync(
        IDatabase database, string room, RoomPosition after, int limit, CancellationToken cancellationToken)
    {
        var (now, changes) = await ReadLogAsync(database, room, after, cancellationToken).ConfigureAwait(false);
        if (!IsWhole(after, now, changes))
        {
            // Two commands are not one: when a slot moves, the room can be newer than the log that was read beside it.
            (now, changes) = await ReadLogAsync(database, room, after, cancellationToken).ConfigureAwait(false);
        }

        if (after == now)
        {
            return new RoomChanges { Events = [], Position = now };
        }

        using var messages = new BucketReader(new PrimaryReads(database), _keys, room, context.SealAfter, cancellationToken) { Last = now.MessageId };
        if (after.MessageId == 0 && after.Revision == 0 && (after.Epoch == 0 || after.Epoch == now.Epoch))
        {
            // Nothing was seen, so nothing of it can have changed.
            return await ReadNewAsync(messages, room, new RoomPosition(now.Epoch, 0, 0, now.Revision), now, [], limit).ConfigureAwait(false);
        }

        if (!IsWhole(after, now, changes) || !await ContinuesAsync(messages, after, now, changes).ConfigureAwait(false))
        {
            return new RoomChanges { Events = [new RoomEvent.Gap(now)], Position = now };
        }

        return await ReadSinceAsync(messages, room, after, now, changes, limit).ConfigureAwait(false);
    }

    /// <summary>The room's position and, from the position's revision on, its change log: one round trip, the room first.</summary>
    private async Task<(RoomPosition Now, Change[] Changes)> ReadLogAsync(
        IDatabase database, string room, RoomPosition after, CancellationToken cancellationToken)
    {
        var roomTask = RoomCounters.ReadAsync(new PrimaryReads(database), _keys, room).Observed();
        var logTask = database.SortedSetRangeByScoreAsync(
            _keys.Changed(room), after.Revision, double.PositiveInfinity, take: LongestLog, flags: CommandFlags.DemandMaster).Observed();
        var now = await roomTask.UntilAsync(cancellationToken).ConfigureAwait(false);
        var log = await logTask.UntilAsync(cancellationToken).ConfigureAwait(false);
        return (now, Array.ConvertAll(log, entry => Read(entry, room)));
    }

    /// <summary>Whether the log reaches to the room's revision.</summary>
    private static bool IsWhole(RoomPosition after, RoomPosition now, Change[] changes) =>
        now.Revision <= after.Revision || Array.Exists(changes, change => change.Revision == now.Revision);

    /// <summary>Whether the room's history is that of the position, and its log reaches back that far.</summary>
    private static async Task<bool> ContinuesAsync(BucketReader messages, RoomPosition after, RoomPosition now, Change[] changes)
    {
        if (after.Epoch != now.Epoch || after.MessageId > now.MessageId || after.Revision > now.Revision)
        {
            return false;
        }

        // The log begins with revision 0, and drops its oldest entries: if this one is there, so are all after it.
        if (after.Revision != now.Revision && (changes.Length == 0 || changes[0].Revision != after.Revision))
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

        // The message is gone. If that was after the position, the log has its time; if before, the revision has vouched for it.
        var deletion = Array.Find(changes, change => change.Id == after.MessageId && change.Revision > after.Revision && change.DeletedStamp is not null);
        return deletion.DeletedStamp is null || deletion.DeletedStamp == after.Stamp;
    }

    private async Task<RoomChanges> ReadSinceAsync(
        BucketReader messages, string room, RoomPosition after, RoomPosition now, Change[] changes, int limit)
    {
        // Each message once, at its last change; those that the reader does not know yet come as new ones.
        var lastChanges = new Dictionary<long, Change>();
        foreach (var change in changes)
        {
            // A deletion is told of any message: who loaded a page after a gap may know messages that are newer than the gap.
            if (change.Revision > after.Revision && change.Revision <= now.Revision && (change.Id <= after.MessageId || change.DeletedStamp is not null))
            {
                lastChanges[change.Id] = change;
            }
        }

        var ordered = lastChanges.Values.OrderBy(change => change.Revision).Take(limit + 1).ToList();
        var told = ordered.Take(limit).ToList();
        var byId = told.OrderBy(change => change.Id).Select(change => change.Id).ToList();
        var found = new List<Message>(byId.Count);
        await messages.ReadAsync(byId, found, int.MaxValue).ConfigureAwait(false);
        var states = found.ToDictionary(message => message.Id);

        var events = new List<RoomEvent>(limit);
        foreach (var change in told)
        {
            var position = after with { Revision = change.Revision };
            if (states.TryGetValue(change.Id, out var message))
            {
                events.Add(new RoomEvent.Edited(message, position));
            }
            else if (!messages.IsUnreadable(change.Id))
            {
                events.Add(new RoomEvent.Deleted(change.Id, position) { IsReadAhead = change.DeletedStamp is null });
            }
        }

        return ordered.Count > limit
            ? new RoomChanges { Events = events, Position = after with { Revision = told[^1].Revision }, HasMore = true }
            : await ReadNewAsync(messages, room, after with { Revision = now.Revision }, now, events, limit).ConfigureAwait(false);
    }

    /// <summary>Adds the messages that came after the position, up to the limit.</summary>
    private async Task<RoomChanges> ReadNewAsync(
        BucketReader messages, string room, RoomPosition after, RoomPosition now, List<RoomEvent> events, int limit)
    {
        var ids = new RoomIds(after.MessageId, now.MessageId, _keys.Room(room), "last");
        var space = limit - events.Count;
        var found = space == 0
            ? []
            : await PageCollector.CollectAsync(ids.NewerAsync, messages.ReadAsync, space).ConfigureAwait(false);
        foreach (var message in found.Take(space))
        {
            after = after with { Epoch = now.Epoch, MessageId = message.Id, Stamp = Micros.FromTime(message.Timestamp) };
            events.Add(new RoomEvent.Created(message, after));
        }

        var hasMore = space == 0 ? after.MessageId < now.MessageId : found.Count > space;
        return new RoomChanges { Events = events, Position = hasMore ? after : now, HasMore = hasMore };
    }

    private Change Read(RedisValue entry, string room)
    {
        Span<Range> parts = stackalloc Range[4];
        var text = ((string?)entry).AsSpan();
        var count = text.Split(parts, ':');
        long revision = 0, id = 0, stamp = 0;
        var valid = count is >= 1 and <= 3
            && TryParse(text[parts[0]], out revision)
            && (count >= 2 ? TryParse(text[parts[1]], out id) : revision == 0)
            && (count < 3 || TryParse(text[parts[2]], out stamp));
        return valid
            ? new Change(revision, id, count == 3 ? stamp : null)
            : throw new ChatDataException(
                $"The sorted set '{_keys.Changed(room)}' is no change log. Another program may be using the same key prefix.")
            {
                Key = _keys.Changed(room),
            };

        static bool TryParse(ReadOnlySpan<char> part, out long number) =>
            long.TryParse(part, NumberStyles.None, CultureInfo.InvariantCulture, out number);
    }
}
