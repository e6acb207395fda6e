namespace RedisChat;

/// <content>What a reader has missed since a position.</content>
internal sealed partial class InMemoryRoom
{
    public RoomChanges ReadChanges(RoomPosition after, int limit)
    {
        lock (Gate)
        {
            var now = Position;
            if (!Continues(after, now))
            {
                return new RoomChanges { Events = [new RoomEvent.Gap(now)], Position = now };
            }

            var parts = ChangedSince(after).Concat(CreatedSince(after with { Epoch = now.Epoch, Revision = now.Revision })).Take(limit + 1).ToList();
            var hasMore = parts.Count > limit;
            var events = parts.Take(limit).SelectMany(part => part).ToList();
            return new RoomChanges { Events = events, Position = hasMore ? events[^1].Position : now, HasMore = hasMore };
        }
    }

    private bool Continues(RoomPosition after, RoomPosition now) =>
        after == RoomPosition.Start
        || (after.Epoch == now.Epoch
            && after.MessageId <= now.MessageId
            && (after.MessageId == 0 || after.MessageId != now.MessageId || after.Stamp == now.Stamp)
            && _log.Has(after.Revision)
            && (after.MessageId is 0 || after.MessageId == now.MessageId || !_log.Since(after.Revision).Any(entry => entry.Below > after.MessageId)));

    /// <summary>The present state of what changed since a position, each once, by its last change.</summary>
    private IEnumerable<RoomEvent[]> ChangedSince(RoomPosition after)
    {
        var last = new Dictionary<(IInMemoryFeature?, InMemorySubject), InMemoryChangeLog.Entry>();
        foreach (var entry in _log.Since(after.Revision))
        {
            if (Concerns(entry, after))
            {
                last[(entry.Feature, entry.Subject)] = entry;
            }
        }

        foreach (var entry in last.Values.OrderBy(entry => entry.Revision))
        {
            var position = after with { Epoch = _epoch, Revision = entry.Revision };
            yield return [entry.Below > 0 ? new RoomEvent.Trimmed(entry.Below, position) : entry.Feature?.StateOf(entry.Subject, position, entry.Revision)
                ?? (entry.Run is not null ? entry.ToDeletedMany(position)
                    : At(entry.Subject.MessageId) is { } message ? new RoomEvent.Edited(message, position) : entry.ToDeleted(position))];
        }
    }

    private bool Concerns(InMemoryChangeLog.Entry entry, RoomPosition after)
    {
        if (entry.Subject.Name is not null)
        {
            return (entry.Run is null && entry.Below == 0 && entry.Feature is not InMemoryErasure) || after != RoomPosition.Start;
        }

        // A deletion of any message counts: a reader that loaded a page after a gap may know messages that are newer than the gap. One at the start knows none.
        var isGone = At(entry.Subject.MessageId) is null;
        return after != RoomPosition.Start && (isGone ? entry.Deletion is not null : entry.Subject.MessageId <= after.MessageId);
    }

    /// <summary>The messages since a position, each after what features know of it.</summary>
    private IEnumerable<RoomEvent[]> CreatedSince(RoomPosition after)
    {
        foreach (var message in Messages(after.MessageId + 1, +1, user: null))
        {
            // Before the message: a reader that stops in between does not have its position moved past it.
            var before = after;
            after = after with { MessageId = message.Id, Stamp = Micros.FromTime(message.Timestamp) };
            yield return [.. _features.Select(feature => feature.StateOfNew(message.Id, before)).OfType<RoomEvent>(), new RoomEvent.Created(message, after)];
        }
    }
}
