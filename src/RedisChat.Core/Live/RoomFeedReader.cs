using System.Diagnostics.CodeAnalysis;

namespace RedisChat;

/// <summary>One watcher's place in a <see cref="RoomFeed"/>.</summary>
internal sealed class RoomFeedReader
{
    private readonly RoomFeed _feed;
    private readonly WakeSignal _signal = new();
    private LiveEvent? _at;
    private int _cause;

    public RoomFeedReader(RoomFeed feed)
    {
        _feed = feed;
        _at = feed.Last;
    }

    /// <summary>The next event, if it has come, and what it is to someone who has seen the room up to a position.</summary>
    /// <remarks>
    /// Gives no <see cref="LiveEvent"/> away: a watcher that holds one while its application is busy would hold all that come after it.
    /// </remarks>
    public bool TryRead(RoomPosition seen, [NotNullWhen(true)] out RoomEvent? happened, out Continuity continuity)
    {
        var at = Volatile.Read(ref _at);
        var next = at?.Next;

        // If the exchange fails, the reader was cut off meanwhile; it will find the cause.
        if (next is null || Interlocked.CompareExchange(ref _at, next, at) != at)
        {
            happened = null;
            continuity = default;
            return false;
        }

        happened = next.Happened;
        continuity = next.After(seen);
        return true;
    }

    /// <summary>Why to read from the store, if that is needed, and forgets it; from here on come the events after now.</summary>
    public CatchUpCause TakeCatchUp()
    {
        var cause = (CatchUpCause)Interlocked.Exchange(ref _cause, (int)CatchUpCause.None);
        if (cause != CatchUpCause.None)
        {
            SkipToNow();
        }

        return cause;
    }

    /// <summary>Leaves out what has come until now, before it is read from the store.</summary>
    public void SkipToNow() => Volatile.Write(ref _at, _feed.Last);

    public ValueTask WaitAsync() => _signal.WaitAsync();

    public void Wake() => _signal.Wake();

    public void CatchUp(CatchUpCause cause)
    {
        Volatile.Write(ref _cause, (int)cause);
        _signal.Wake();
    }

    /// <summary>Wakes the watcher for a new event, or cuts it off if it has read nothing from so long ago on.</summary>
    public void Published(long oldest)
    {
        var at = Volatile.Read(ref _at);
        if (at is not null && at.Sequence < oldest && Interlocked.CompareExchange(ref _at, null, at) == at)
        {
            Volatile.Write(ref _cause, (int)CatchUpCause.Overflow);
        }

        _signal.Wake();
    }
}
