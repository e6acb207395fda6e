using Microsoft.Extensions.Logging;

namespace RedisChat.Redis;

/// <summary>
/// What this process last saw of the most recently used rooms. It is only a hint for finding a room's keys: a wrong one costs a round trip, never
/// more. It also reveals a replica that lags, and lost history, as far as it remembers.
/// </summary>
internal sealed class KnownRooms(int capacity, ILogger logger)
{
    private readonly RecentRooms<KnownRoom> _rooms = new(capacity);

    /// <summary>Raised when a room lacks history that this process had seen.</summary>
    public event Action<string>? HistoryLost;

    public bool TryGet(string room, out KnownRoom known)
    {
        if (_rooms.TryGet(room, out known))
        {
            return true;
        }

        known = KnownRoom.None;
        return false;
    }

    /// <summary>Records what an answer says about a room. Concurrent answers arrive in any order, so more may already be known.</summary>
    public void Raise(string room, KnownRoom known) => _rooms.Set(room, known, static (before, now) => before.Or(now));

    /// <summary>Forgets a room that was deleted, so that its absence is not taken for lost history.</summary>
    public void Forget(string room) => _rooms.Remove(room);

    /// <summary>
    /// Marks a room that is said to be deleted, so that its absence is not taken for lost history. An answer that has the room removes the mark; one that does not confirms it, and the
    /// room is forgotten.
    /// </summary>
    /// <param name="room">The room.</param>
    /// <param name="epoch">The epoch that it is said to have had.</param>
    /// <returns>Whether it is marked now, and was not before.</returns>
    public bool SaidDeleted(string room, string epoch)
    {
        if (!_rooms.TryGet(room, out var known) || known.Epoch != epoch || known.IsDeleted)
        {
            return false;
        }

        _rooms.Set(room, known with { Uses = RoomCounters.BeingDeleted }, static (before, marked) => before.Epoch == marked.Epoch ? before with { Uses = marked.Uses } : before);
        return true;
    }

    /// <summary>Records a room as the primary has it. If it lacks part of what was known, reports lost history.</summary>
    /// <param name="room">The room.</param>
    /// <param name="known">What was known when the request was sent.</param>
    /// <param name="found">What the answer says.</param>
    public void Learn(string room, KnownRoom known, KnownRoom found)
    {
        if (!known.IsLostIn(found))
        {
            Raise(room, found);
            return;
        }

        // Since the request was sent, the deletion may have been reported, or refuted.
        var isDeleted = found.Epoch != known.Epoch && (_rooms.TryGet(room, out var now) && now.Epoch == known.Epoch ? now : known).IsDeleted;
        _rooms.Set(room, found);
        if (isDeleted)
        {
            return;
        }

        ChatTelemetry.HistoryLost();
        ChatLog.HistoryLost(logger, known.Last, found.Last);
        HistoryLost?.Invoke(room);
    }
}
