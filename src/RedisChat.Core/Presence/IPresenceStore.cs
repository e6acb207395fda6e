namespace RedisChat;

/// <summary>An optional ability of an <see cref="IMessageStore"/>: knowing which users are in a room, and passing on that a user is typing.</summary>
/// <remarks>
/// <para>
/// Applications call <see cref="RoomPresence"/>, which counts the connections of a user in its process, sends the heartbeats and repeats what failed. The store
/// records for each process which users it has in the room. A user is present as long as a running process says so. The store must not depend on a
/// process taking its leave: it removes the users of one that has not called for its <see cref="PresenceUpdate.Expiry"/>, by the store's clock.
/// </para>
/// <para>
/// A store with this ability delivers <see cref="RoomEvent.Entered"/>, <see cref="RoomEvent.Left"/>, <see cref="RoomEvent.PresenceChanged"/> and
/// <see cref="RoomEvent.Typing"/> to watchers. They change no position and are not part of the history. The room need not exist, and presence does not
/// create it.
/// </para>
/// <para>Implementations are thread-safe. The conformance suite defines the contract.</para>
/// </remarks>
public interface IPresenceStore
{
    /// <summary>Records the users who enter and leave in one process, and that the process is running. Atomic.</summary>
    /// <remarks>
    /// <see cref="RoomEvent.Entered"/> is raised for a user who was in no running process, and <see cref="RoomEvent.Left"/> for one who is in no
    /// process any more. In a room with rules, entering takes the right <see cref="RoomRights.Read"/>, which the store checks in the same step: users who do not have it
    /// are refused, and leave if they are in this process; the others enter. Whoever is refused changes nothing for whoever is not.
    /// </remarks>
    /// <param name="room">The room's id.</param>
    /// <param name="update">The process and its users.</param>
    /// <param name="cancellationToken">Stops waiting; the update may still happen.</param>
    /// <returns>Whether the update was recorded, and who was refused.</returns>
    ValueTask<PresenceAnswer> UpdatePresenceAsync(string room, PresenceUpdate update, CancellationToken cancellationToken = default);

    /// <summary>Lists the users who are in a room, each once, in a fixed order. Never one whose processes have all expired.</summary>
    /// <param name="room">The room's id.</param>
    /// <param name="cursor">Where to continue, from an earlier call; <see langword="null"/> to start.</param>
    /// <param name="limit">The most users to return, at least 1.</param>
    /// <param name="cancellationToken">Stops waiting.</param>
    ValueTask<PresentUsers> ReadPresentUsersAsync(string room, string? cursor, int limit, CancellationToken cancellationToken = default);

    /// <summary>Raises <see cref="RoomEvent.Typing"/>. Stores nothing. In a room with rules it takes what sending takes: the right <see cref="RoomRights.Send"/>, and no mute.</summary>
    /// <param name="room">The room's id.</param>
    /// <param name="user">The user's id.</param>
    /// <param name="duration">For how long the event is valid; at least 1 ms.</param>
    /// <param name="cancellationToken">Stops waiting.</param>
    /// <exception cref="ChatForbiddenException">The user may not send to the room.</exception>
    ValueTask SendTypingAsync(string room, string user, TimeSpan duration, CancellationToken cancellationToken = default);
}
