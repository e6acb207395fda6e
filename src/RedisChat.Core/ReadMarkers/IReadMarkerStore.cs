namespace RedisChat;

/// <summary>An optional ability of an <see cref="IMessageStore"/>: how far each user has read in a room, and what is unread.</summary>
/// <remarks>
/// <para>
/// A marker is the id of the last message that a user has read. What is unread is derived from it each time, never counted up: a send writes nothing for
/// this, and deletions, the user's own messages and lost history are accounted for. A marker must be stored with the room's messages, so that no
/// failure can leave one that is ahead of them; a store treats a marker above the room's last id as if it were at that id.
/// </para>
/// <para>
/// A store with this ability that also is an <see cref="IMemberStore"/> sets a user's marker to the room's last message in the step in which the user becomes a
/// member, and removes it in the step in which the membership ends or the user is banned. It raises <see cref="RoomEvent.ReadMarkerMoved"/> for each move by
/// <see cref="MoveMarkerAsync"/>, and for nothing else.
/// </para>
/// <para>Implementations are thread-safe. The conformance suite defines the contract.</para>
/// </remarks>
public interface IReadMarkerStore
{
    /// <summary>Moves a user's marker, in one atomic step with the checks. The room need not be open for writing: also an archived room can be marked.</summary>
    /// <remarks>
    /// Forward, the marker becomes the greater of its value and <paramref name="messageId"/>, so that calls may arrive in any order. Back, it becomes the smaller
    /// of its value and the id before <paramref name="messageId"/>. A user without a marker has read nothing. A call that changes nothing raises no event.
    /// </remarks>
    /// <param name="room">The room's id.</param>
    /// <param name="user">The user's id.</param>
    /// <param name="messageId">The last message that the user has read; or, going back, the first one that is unread. It may have been deleted.</param>
    /// <param name="back">Whether to move back instead of forward.</param>
    /// <param name="cancellationToken">Stops waiting; the marker may still be moved.</param>
    /// <returns>The marker as it is now.</returns>
    /// <exception cref="ChatInputException">The room has given out no such id; in particular, it does not exist.</exception>
    /// <exception cref="ChatForbiddenException">The user may not read the room, or is being erased.</exception>
    ValueTask<ReadMarker> MoveMarkerAsync(string room, string user, long messageId, bool back, CancellationToken cancellationToken = default);

    /// <summary>Lists the markers of users.</summary>
    /// <param name="room">The room's id.</param>
    /// <param name="readUpTo">Only markers at this message or after it; 0 for all.</param>
    /// <param name="cursor">Where to continue, from an earlier call; <see langword="null"/> to start.</param>
    /// <param name="limit">About how many markers to return.</param>
    /// <param name="cancellationToken">Stops waiting.</param>
    /// <exception cref="ChatInputException">The cursor is not one that this store returned.</exception>
    ValueTask<ReadMarkerPage> ReadMarkersAsync(string room, long readUpTo, string? cursor, int limit, CancellationToken cancellationToken = default);

    /// <summary>Reads what rooms are to a user: each as it was at one moment. A room that cannot be read has an <see cref="UserRoom.Error"/>.</summary>
    /// <remarks>
    /// A store that is across a network answers all rooms in one round trip, if it roughly knows their last ids, or in two. Rooms in which many messages
    /// that count were deleted, or are the user's own, may take further ones.
    /// </remarks>
    /// <param name="user">The user's id.</param>
    /// <param name="rooms">The rooms' ids.</param>
    /// <param name="cancellationToken">Stops waiting.</param>
    /// <returns>The rooms, in the order of <paramref name="rooms"/>.</returns>
    ValueTask<IReadOnlyList<UserRoom>> ReadUserRoomsAsync(string user, IReadOnlyList<string> rooms, CancellationToken cancellationToken = default);
}
