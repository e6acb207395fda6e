namespace RedisChat;

/// <summary>Names the roots of the Redis keys: of a room, of a user, and of the directory of rooms. The library appends <c>:</c> and a suffix.</summary>
/// <remarks>
/// <para>
/// An implementation must be pure and thread-safe, and give different roots to different things, whatever their ids are: also a room and a user
/// of the same id. No root may be the beginning of another one that continues with a colon. The empty room id must have a root too: no user can
/// have it, and health checks use it.
/// </para>
/// <para>
/// On a Redis Cluster all keys of one root must be in one slot, so the root must contain a hash tag, and different roots should have different
/// tags so that rooms spread. docs/keys.md says what each key holds.
/// </para>
/// </remarks>
public interface IRoomKeyScheme
{
    /// <summary>The root of the keys that belong to no single room or user, such as the list of rooms.</summary>
    string Directory { get; }

    /// <summary>The root of one room's keys, and the name of the hash of the room itself.</summary>
    /// <param name="room">The room's id.</param>
    string Room(string room);

    /// <summary>The root of the keys that belong to one user across rooms.</summary>
    /// <param name="user">The user's id.</param>
    string User(string user);
}
