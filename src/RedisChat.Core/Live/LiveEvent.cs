namespace RedisChat;

/// <summary>An event as it came over the wire, with the number it must follow, which reveals a missing event before it.</summary>
/// <param name="happened">What happened: a creation or a change.</param>
/// <param name="previous">For a creation the time (µs) of the previous message, for a change the previous revision; 0 for the first.</param>
/// <param name="trace">The <c>traceparent</c> of the call that caused it; <see langword="null"/> if that is not traced.</param>
internal sealed class LiveEvent(RoomEvent happened, long previous, string? trace = null)
{
    private static readonly RoomEvent Nothing = new RoomEvent.CaughtUp(RoomPosition.Start);

    private LiveEvent? _next;

    public RoomEvent Happened { get; } = happened;

    public string? Trace { get; } = trace;

    /// <summary>The event that arrived after it. Set once.</summary>
    public LiveEvent? Next
    {
        get => Volatile.Read(ref _next);
        set => Volatile.Write(ref _next, value);
    }

    /// <summary>How many events arrived before it in this process. Wraps around, so only differences have a meaning.</summary>
    public int Sequence { get; private set; }

    /// <summary>How many of them, including itself, are not passing. Wraps around too.</summary>
    public int Durables { get; private set; }

    /// <summary>The placeholder before the first event.</summary>
    public static LiveEvent None() => new(Nothing, 0);

    /// <summary>Numbers the event as the one that arrived after another.</summary>
    public void Follow(LiveEvent before)
    {
        Sequence = before.Sequence + 1;
        Durables = before.Durables + (Happened.IsPassing ? 0 : 1);
    }

    /// <summary>Whether the event continues what a watcher has seen of the room.</summary>
    public Continuity After(RoomPosition seen)
    {
        if (Happened.IsPassing)
        {
            return Continuity.Passing;
        }

        var position = Happened.Position;
        if (position.Epoch != seen.Epoch)
        {
            // This includes the first message of a room that was watched before it existed: only the store can vouch for a new epoch. A program that can
            // publish on the channel but not read the room does not know its epoch, and so cannot forge events.
            return Continuity.Hole;
        }

        if (Happened is RoomEvent.Created)
        {
            if (position.MessageId <= seen.MessageId)
            {
                // The same id with a different time, or a lower id with a later time: history was lost, and its ids are being reused.
                // (If the clock was set back instead, this costs one read of the store.)
                var again = position.MessageId == seen.MessageId ? position.Stamp != seen.Stamp : position.Stamp > seen.Stamp;
                return again ? Continuity.Hole : Continuity.Seen;
            }

            return position.MessageId == seen.MessageId + 1 && previous == seen.Stamp && position.Revision == seen.Revision
                ? Continuity.Next
                : Continuity.Hole;
        }

        if (position.Revision <= seen.Revision)
        {
            return Continuity.Seen;
        }

        return previous == seen.Revision && position.MessageId == seen.MessageId && position.Stamp == seen.Stamp
            ? Continuity.Next
            : Continuity.Hole;
    }
}

/// <summary>Whether an event continues what a watcher has seen.</summary>
internal enum Continuity
{
    /// <summary>The watcher has already seen it.</summary>
    Seen,

    /// <summary>It is the next event.</summary>
    Next,

    /// <summary>An event in between is missing.</summary>
    Hole,

    /// <summary>It is passing: it has no place among the other events.</summary>
    Passing,
}
