namespace RedisChat;

/// <summary>Events that came together, linked: those of one payload.</summary>
internal readonly record struct LiveEvents(LiveEvent First, LiveEvent Last)
{
    /// <summary>The room after them.</summary>
    public RoomPosition Position => Last.Happened.Position;

    public int Count => (int)(Last.Sequence - First.Sequence) + 1;

    /// <summary>An event after others, if there are any.</summary>
    public static LiveEvents Append(LiveEvents events, LiveEvent next)
    {
        if (events == default)
        {
            return new(next, next);
        }

        next.Sequence = events.Last.Sequence + 1;
        events.Last.Next = next;
        return events with { Last = next };
    }

    /// <summary>Whether they belong to the history that was seen up to a position, but others are missing before them.</summary>
    public bool IsAheadOf(RoomPosition seen) =>
        Position.Epoch == seen.Epoch && Position.IsAtOrAfter(seen) && First.After(seen) == Continuity.Hole;
}
