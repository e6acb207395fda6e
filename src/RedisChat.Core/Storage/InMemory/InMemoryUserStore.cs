namespace RedisChat;

/// <summary>Keeps the lists of users' rooms in memory. Memberships change them in the same step, so only deleted rooms are left to remove.</summary>
/// <param name="find">Finds a room or a user's scope, if there is one.</param>
/// <param name="findOrAdd">Finds or creates a user's scope.</param>
internal sealed class InMemoryUserStore(Func<string, InMemoryRoom?> find, Func<string, InMemoryRoom> findOrAdd) : IUserStore
{
    public ValueTask<IReadOnlyList<ListedRoom>> ReadListedRoomsAsync(string user, CancellationToken cancellationToken = default)
    {
        cancellationToken.ThrowIfCancellationRequested();
        return new(find(UserScope.Of(user))?.UserRooms.Read() ?? []);
    }

    public ValueTask<IReadOnlyList<RoomActivity>> ReadActivityAsync(IReadOnlyList<string> rooms, CancellationToken cancellationToken = default)
    {
        cancellationToken.ThrowIfCancellationRequested();
        return new((IReadOnlyList<RoomActivity>)[.. rooms.Select(room => find(room)?.Activity ?? default)]);
    }

    public ValueTask<bool> ChangeListedRoomAsync(
        string user, string room, Func<ListedRoom, ListedRoom> change, CancellationToken cancellationToken = default)
    {
        cancellationToken.ThrowIfCancellationRequested();
        return new(find(UserScope.Of(user))?.UserRooms.Change(room, change) ?? false);
    }

    public ValueTask RepairAsync(string user, IReadOnlyList<ListedRoom> rooms, CancellationToken cancellationToken = default)
    {
        foreach (var listed in rooms)
        {
            find(listed.Room)?.Members.Read(user, found => find(UserScope.Of(user))?.UserRooms.Keep(listed.Room, found.Target.IsMember));
        }

        return default;
    }

    public ValueTask RevokeAsync(string user, CancellationToken cancellationToken = default)
    {
        cancellationToken.ThrowIfCancellationRequested();
        findOrAdd(UserScope.All).UserRooms.Revoke(user);
        return default;
    }
}
