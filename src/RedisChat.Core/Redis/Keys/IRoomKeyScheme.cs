namespace RedisChat;

/// <summary>Names the roots of the Redis keys: of a room, of a user, and of the parts of the directory of rooms. The library appends <c>:</c> and a suffix.</summary>
/// <remarks>
/// <para>
/// An implementation must be pure and thread-safe, and return different roots for different things, whatever their ids are, including a room and a user
/// with the same id. A root followed by a colon must not be the beginning of another root. The empty room id and the empty user id must have roots
/// too: nobody can use them, but health checks and the scope of all users do.
/// </para>
/// <para>
/// On a Redis Cluster all keys of one root must be in one slot, so the root must contain a hash tag, and different roots should have different
/// tags, so that rooms spread across slots. docs/keys.md describes what each key holds.
/// </para>
/// </remarks>
public interface IRoomKeyScheme
{
    /// <summary>The root of the keys of one part of the directory, which lists the rooms. It is divided, so that it spreads across a cluster's slots.</summary>
    /// <param name="shard">The number of the part: 0 to 15.</param>
    string Directory(int shard);

    /// <summary>The root of one room's keys, which is also the key of the room's own hash.</summary>
    /// <param name="room">The room's id.</param>
    string Room(string room);

    /// <summary>The root of the keys that belong to one user across rooms.</summary>
    /// <param name="user">The user's id.</param>
    string User(string user);
}
