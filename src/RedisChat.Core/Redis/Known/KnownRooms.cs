namespace RedisChat.Redis;

/// <summary>
/// What was last seen of the rooms used most recently. To find a room's keys it is only a hint: a wrong one costs a round trip, never more.
/// It also shows a replica that is behind, and history that was lost, as far as it remembers.
/// </summary>
internal sealed class KnownRooms(int capacity)
{
    private readonly RecentRooms<KnownRoom> _rooms = new(capacity);

    public bool TryGet(string room, out KnownRoom known)
    {
        if (_rooms.TryGet(room, out known))
        {
            return true;
        }

        known = KnownRoom.None;
        return false;
    }

    /// <summary>Notes a room as it was found.</summary>
    public void Set(string room, KnownRoom known) => _rooms.Set(room, known);

    /// <summary>Notes what an answer tells of a room. Concurrent answers come in any order, so it may know more already.</summary>
    public void Raise(string room, KnownRoom known) => _rooms.Set(room, known, static (before, now) => before.Or(now));
}
