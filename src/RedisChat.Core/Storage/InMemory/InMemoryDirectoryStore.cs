namespace RedisChat;

/// <summary>Keeps the settings of rooms in memory, lists the rooms, and deletes them.</summary>
/// <param name="find">Finds a room, if there is one.</param>
/// <param name="findOrAdd">Finds or creates a room.</param>
/// <param name="rooms">All rooms.</param>
internal sealed class InMemoryDirectoryStore(
    Func<string, InMemoryRoom?> find, Func<string, InMemoryRoom> findOrAdd, IEnumerable<KeyValuePair<string, InMemoryRoom>> rooms) : IRoomDirectoryStore
{
    // As in Redis.
    private const long Minute = 60_000_000;

    public ValueTask<IReadOnlyList<RoomInfo>> ReadRoomsAsync(IReadOnlyList<string> ids, CancellationToken cancellationToken = default)
    {
        cancellationToken.ThrowIfCancellationRequested();
        return new(ids.Select(id => find(id)?.Describe(id, out _) ?? new RoomInfo { Id = id }).ToList());
    }

    public ValueTask<RoomCreation> CreateRoomAsync(string room, RoomAbout about, RuleSet? rules, string? owner, CancellationToken cancellationToken = default)
    {
        cancellationToken.ThrowIfCancellationRequested();
        var lists = owner is null ? null : findOrAdd(UserScope.Of(owner)).UserRooms;
        return new(findOrAdd(room).Create(about, rules, owner, member => lists?.Keep(room, member.IsMember)));
    }

    public ValueTask<RoomAbout> ChangeAboutAsync(
        string room, Actor actor, Func<RoomAbout, RoomAbout> decide, CancellationToken cancellationToken = default)
    {
        cancellationToken.ThrowIfCancellationRequested();
        var found = findOrAdd(room);
        lock (found.Gate)
        {
            return new(found.About.Change(actor, decide));
        }
    }

    public ValueTask<RoomPage> ListRoomsAsync(RoomOrder order, string? cursor, int limit, CancellationToken cancellationToken = default)
    {
        cancellationToken.ThrowIfCancellationRequested();
        var after = cursor is null ? null : RoomSort.ReadCursor(order, cursor);
        var places = new List<(byte[] Place, RoomInfo Room)>();
        foreach (var (id, room) in rooms)
        {
            if (room.Describe(id, out var since) is { About: { } about } info)
            {
                var place = order == RoomOrder.Name
                    ? RoomSort.Place(RoomSort.NameOf(about, id), id)
                    : RoomSort.Place((info.LastMessageAt is { } time ? Micros.FromTime(time) : since) / Minute, id);
                if (after is null || place.AsSpan().SequenceCompareTo(after) > 0)
                {
                    places.Add((place, info));
                }
            }
        }

        places.Sort(static (one, other) => one.Place.AsSpan().SequenceCompareTo(other.Place));
        var hasMore = places.Count > limit;
        return new(new RoomPage
        {
            Rooms = places.Take(limit).Select(found => found.Room).ToList(),
            Cursor = hasMore ? RoomSort.Cursor(order, places[limit - 1].Place) : null,
        });
    }

    public ValueTask<RoomDeletion> DeleteRoomAsync(string room, Actor actor, string? cursor, CancellationToken cancellationToken = default)
    {
        cancellationToken.ThrowIfCancellationRequested();
        return cursor is not null
            ? throw new ChatInputException("The cursor is not one that was returned before.", nameof(cursor))
            : new(find(room)?.Delete(actor) ?? new RoomDeletion(0, 0) { Existed = false });
    }
}
