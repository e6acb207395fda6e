namespace RedisChat;

/// <summary>Names the Redis keys of a room. No other place in the library builds a key or channel name.</summary>
/// <remarks>
/// <para>
/// An implementation must be pure and thread-safe, and give different names to different things, whatever the ids are. The empty room id is one of
/// them: no user can have it, and health checks use it.
/// </para>
/// <para>
/// All names of one room must be in one Redis Cluster slot (share a hash tag), since the scripts use them together, and names of
/// different rooms should not, so that rooms spread. docs/keys.md tells what each key holds.
/// </para>
/// </remarks>
public interface IRoomKeyScheme
{
    /// <summary>The hash of the room itself.</summary>
    /// <param name="room">The room's id.</param>
    string Room(string room);

    /// <summary>The hash of one bucket of messages.</summary>
    /// <param name="room">The room's id.</param>
    /// <param name="bucket">The bucket's number, from 0.</param>
    string Bucket(string room, long bucket);

    /// <summary>The hash of the sealed buckets: old ones, each compressed into a field.</summary>
    /// <param name="room">The room's id.</param>
    string Sealed(string room);

    /// <summary>The string that lists the ids of one user's messages.</summary>
    /// <param name="room">The room's id.</param>
    /// <param name="user">The user's id.</param>
    string User(string room, string user);

    /// <summary>The sorted set that logs which messages changed.</summary>
    /// <param name="room">The room's id.</param>
    string Changed(string room);

    /// <summary>The hash of the idempotency keys used in one window of time.</summary>
    /// <param name="room">The room's id.</param>
    /// <param name="window">The window's number.</param>
    string Sent(string room, long window);

    /// <summary>The channel on which the room's events are published. It is a key to cluster routing and access rights.</summary>
    /// <param name="room">The room's id.</param>
    string Live(string room);
}
