using System.Diagnostics.CodeAnalysis;

namespace RedisChat;

/// <summary>One watcher's place in a <see cref="RoomFeed"/>. Waiting and waking allocate nothing: the watcher itself is what the pool runs.</summary>
internal sealed class RoomFeedReader(RoomFeed feed, IThreadPoolWorkItem watcher)
{
    private const int Busy = 0;
    private const int Waiting = 1;

    private LiveEvent? _at = feed.Last;
    private int _cause;
    private int _state;

    /// <summary>The next event, if it has come, and what it is to someone who has seen the room up to a position.</summary>
    /// <remarks>
    /// Returns no <see cref="LiveEvent"/>: a watcher that holds one while its application is busy would hold all that come after it.
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

    /// <summary>Why to read from the store, if that is needed, and forgets it; from here on come the events after now.</summary>
    public CatchUpCause TakeCatchUp()
    {
        if (Volatile.Read(ref _cause) == (int)CatchUpCause.None)
        {
            return CatchUpCause.None;
        }

        var cause = (CatchUpCause)Interlocked.Exchange(ref _cause, (int)CatchUpCause.None);
        SkipToNow();
        return cause;
    }

    /// <summary>Leaves out what has come until now, before it is read from the store.</summary>
    public void SkipToNow() => Volatile.Write(ref _at, feed.Last);

    /// <summary>Begins to wait. Whoever wakes from here on has the watcher called; what came before is told by <see cref="HasNews"/>.</summary>
    public void BeginWait() => Interlocked.Exchange(ref _state, Waiting);

    /// <summary>Whether there is something to read, or a cause to read from the store.</summary>
    public bool HasNews => Volatile.Read(ref _cause) != (int)CatchUpCause.None || Volatile.Read(ref _at)?.Next is not null;

    /// <summary>Ends a wait by oneself; <see langword="false"/> if the watcher is being called already.</summary>
    public bool TryEndWait() => Interlocked.CompareExchange(ref _state, Busy, Waiting) == Waiting;

    /// <summary>Has the watcher called, if it waits.</summary>
    public void Wake()
    {
        if (TryEndWait())
        {
            // The watcher runs its application's code: never on the thread of whoever wakes it, and each on its own, so that none delays another.
            ThreadPool.UnsafeQueueUserWorkItem(watcher, preferLocal: true);
        }
    }

    public void CatchUp(CatchUpCause cause)
    {
        Volatile.Write(ref _cause, (int)cause);
        Wake();
    }

    /// <summary>Wakes the watcher for a new event, or cuts it off if it has read nothing from so long ago on.</summary>
    public void Published(long oldest)
    {
        var at = Volatile.Read(ref _at);
        if (at is not null && at.Sequence < oldest && Interlocked.CompareExchange(ref _at, null, at) == at)
        {
            CatchUp(CatchUpCause.Overflow);
        }
        else if (Volatile.Read(ref _state) == Waiting)
        {
            Wake();
        }
    }
}
