namespace RedisChat;

/// <summary>The events of one payload, as a linked list.</summary>
internal readonly record struct LiveEvents(LiveEvent First, LiveEvent Last)
{
    /// <summary>The room's position after them.</summary>
    public RoomPosition Position => Last.Happened.Position;

    public int Count => Last.Sequence - First.Sequence + 1;

    /// <summary>Appends an event to a list that may be empty.</summary>
    public static LiveEvents Append(LiveEvents events, LiveEvent next)
    {
        if (events == default)
        {
            return new(next, next);
        }

        next.Follow(events.Last);
        events.Last.Next = next;
        return events with { Last = next };
    }

    /// <summary>Whether they belong to the same history as a position, with other events missing in between.</summary>
    public bool IsAheadOf(RoomPosition seen) =>
        Position.Epoch == seen.Epoch && Position.IsAtOrAfter(seen) && First.After(seen) == Continuity.Hole;
}
