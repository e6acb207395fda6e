using System.Diagnostics.CodeAnalysis;

namespace RedisChat;

/// <summary>One watcher's place in a <see cref="RoomFeed"/>. Waiting and waking do not allocate: the watcher itself is the work item.</summary>
internal sealed class RoomFeedReader(RoomFeed feed, IThreadPoolWorkItem watcher)
{
    private const int Busy = 0;
    private const int Waiting = 1;

    private LiveEvent? _at = feed.Last;
    private int _cause;
    private int _state;

    /// <summary>Reads the next event, if there is one, and compares it with the position that the watcher has seen.</summary>
    /// <remarks>
    /// Does not return the <see cref="LiveEvent"/>: a watcher that holds one while its application is busy would keep all later ones alive.
    /// </remarks>
    public bool TryRead(RoomPosition seen, [NotNullWhen(true)] out RoomEvent? happened, out Continuity continuity, out string? trace)
    {
        var at = Volatile.Read(ref _at);
        var next = at?.Next;

        // If the exchange fails, the reader was cut off meanwhile; it will find the cause.
        if (next is null || Interlocked.CompareExchange(ref _at, next, at) != at)
        {
            happened = null;
            continuity = default;
            trace = null;
            return false;
        }

        happened = next.Happened;
        continuity = next.After(seen);
        trace = next.Trace;
        return true;
    }

    /// <summary>Takes the cause for reading from the store, if there is one. Reading then continues with the events that come after now.</summary>
    public CatchUpCause TakeCatchUp() => TakeCatchUp(out _);

    /// <summary>Takes the cause for reading from the store, and the deletion of the room if that is among the events that are skipped by this.</summary>
    public CatchUpCause TakeCatchUp(out RoomEvent.RoomDeleted? deleted)
    {
        deleted = null;
        if (Volatile.Read(ref _cause) == (int)CatchUpCause.None)
        {
            return CatchUpCause.None;
        }

        var cause = (CatchUpCause)Interlocked.Exchange(ref _cause, (int)CatchUpCause.None);
        deleted = SkipToNow();
        return cause;
    }

    /// <summary>Skips the events up to now, before the store is read.</summary>
    /// <returns>The deletion of the room, if that is among them. The store may not know of it any more.</returns>
    public RoomEvent.RoomDeleted? SkipToNow()
    {
        var last = feed.Last;
        var from = Volatile.Read(ref _at);

        // A reader that was cut off has lost its place: the last deletion may be one that it has not seen. Its epoch tells whether it is.
        var deleted = from is null ? feed.Deleted : null;
        for (var at = from; at is not null && at != last; at = at.Next)
        {
            deleted = at.Next?.Happened as RoomEvent.RoomDeleted ?? deleted;
        }

        Volatile.Write(ref _at, last);
        return deleted;
    }

    /// <summary>Starts waiting. From here on, waking the reader calls the watcher; <see cref="HasNews"/> reports what came before.</summary>
    public void BeginWait() => Interlocked.Exchange(ref _state, Waiting);

    /// <summary>Whether there is an event to read, or a cause to read from the store.</summary>
    public bool HasNews => Volatile.Read(ref _cause) != (int)CatchUpCause.None || Volatile.Read(ref _at)?.Next is not null;

    /// <summary>Ends the wait without being woken; <see langword="false"/> if the watcher is already being called.</summary>
    public bool TryEndWait() => Interlocked.CompareExchange(ref _state, Busy, Waiting) == Waiting;

    /// <summary>Has the watcher called, if it is waiting.</summary>
    public void Wake()
    {
        if (TryEndWait())
        {
            // The watcher runs its application's code: never on the waking thread, and each as its own work item, so that none delays another.
            ThreadPool.UnsafeQueueUserWorkItem(watcher, preferLocal: true);
        }
    }

    public void CatchUp(CatchUpCause cause)
    {
        Volatile.Write(ref _cause, (int)cause);
        Wake();
    }

    /// <summary>Wakes the watcher for new events. If it is too far behind, it loses passing events, or is cut off if it would lose others.</summary>
    public void Published(LiveEvent last, int bufferSize)
    {
        var at = Volatile.Read(ref _at);
        if (at is null || last.Sequence - at.Sequence <= bufferSize)
        {
            if (Volatile.Read(ref _state) == Waiting)
            {
                Wake();
            }
        }
        else if (at.Durables == last.Durables)
        {
            // Passing events must not make anyone read the store.
            Interlocked.CompareExchange(ref _at, last, at);
        }
        else if (Interlocked.CompareExchange(ref _at, null, at) == at)
        {
            CatchUp(CatchUpCause.Overflow);
        }
    }
}
