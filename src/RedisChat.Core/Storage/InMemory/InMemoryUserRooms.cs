namespace RedisChat;

/// <summary>The list of one user's rooms, in the room that stands for the user's scope, and revocations, in that of all users: see <see cref="UserScope"/>.</summary>
internal sealed class InMemoryUserRooms(InMemoryRoom scope, TimeProvider time) : IInMemoryFeature
{
    // Before a user's id; no room's id begins with it.
    private const string Revocation = "\u0001";

    private readonly Dictionary<string, ListedRoom> _rooms = new(StringComparer.Ordinal);

    /// <summary>The list: see <see cref="IUserStore.ReadListedRoomsAsync"/>.</summary>
    public IReadOnlyList<ListedRoom> Read()
    {
        lock (scope.Gate)
        {
            return [.. _rooms.Values];
        }
    }

    /// <summary>Adds or removes a room, unless the list is right already.</summary>
    public void Keep(string room, bool isMember)
    {
        lock (scope.Gate)
        {
            if (isMember && !_rooms.ContainsKey(room))
            {
                Set(new ListedRoom { Room = room });
            }
            else if (!isMember && _rooms.Remove(room))
            {
                Changed(room);
            }
        }
    }

    /// <summary>Changes the settings for a room: see <see cref="IUserStore.ChangeListedRoomAsync"/>.</summary>
    public bool Change(string room, Func<ListedRoom, ListedRoom> change)
    {
        lock (scope.Gate)
        {
            if (!_rooms.TryGetValue(room, out var before))
            {
                return false;
            }

            if (change(before) is var after && after != before)
            {
                Set(after);
            }

            return true;
        }
    }

    /// <summary>Raises the event that ends what is watched for a user, if this is the scope of all users.</summary>
    public void Revoke(string user)
    {
        lock (scope.Gate)
        {
            scope.Changed(this, new InMemorySubject(0, Revocation + user), position => new RoomEvent.Revoked(user, position));
        }
    }

    MessagePage IInMemoryFeature.AddTo(MessagePage page, string? reader) => page;

    RoomEvent IInMemoryFeature.StateOf(InMemorySubject subject, RoomPosition position, long revision) =>
        subject.Name!.StartsWith(Revocation, StringComparison.Ordinal)
            ? new RoomEvent.Revoked(subject.Name[Revocation.Length..], position)
            : new RoomEvent.RoomListed(subject.Name, position);

    RoomEvent? IInMemoryFeature.StateOfNew(long messageId, RoomPosition position) => null;

    void IInMemoryFeature.Remove(long messageId)
    {
    }

    private void Set(ListedRoom room)
    {
        _rooms[room.Room] = room with { ChangedAt = Micros.ToTime(Micros.FromTime(time.GetUtcNow())) };
        Changed(room.Room);
    }

    private void Changed(string room) => scope.Changed(this, new InMemorySubject(0, room), position => new RoomEvent.RoomListed(room, position));
}
