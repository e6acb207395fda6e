using Microsoft.Extensions.Logging;

namespace RedisChat.Redis;

/// <summary>
/// What this process last saw of the rooms used most recently. For finding a room's keys it is only a hint: a wrong one costs a round trip, never
/// more. It also reveals a replica that is behind, and history that was lost, as far as it remembers.
/// </summary>
internal sealed class KnownRooms(int capacity, ILogger logger)
{
    private readonly RecentRooms<KnownRoom> _rooms = new(capacity);

    /// <summary>Raised when a room was found without history that this process had seen.</summary>
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

    /// <summary>Records what an answer says about a room. Concurrent answers come in any order, so more may be known already.</summary>
    public void Raise(string room, KnownRoom known) => _rooms.Set(room, known, static (before, now) => before.Or(now));

    /// <summary>Records a room as the primary has it: as news, or as the end of what was known, if it lacks a part of that.</summary>
    /// <param name="room">The room.</param>
    /// <param name="known">What was known when the question was asked.</param>
    /// <param name="found">What the answer says.</param>
    public void Learn(string room, KnownRoom known, KnownRoom found)
    {
        if (!known.IsLostIn(found))
        {
            Raise(room, found);
            return;
        }

        _rooms.Set(room, found);
        ChatTelemetry.HistoryLost();
        ChatLog.HistoryLost(logger, known.Last, found.Last);
        HistoryLost?.Invoke(room);
    }
}
