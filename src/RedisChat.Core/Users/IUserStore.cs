namespace RedisChat;

/// <summary>An optional ability of an <see cref="IMessageStore"/>: what belongs to a user across rooms, which is the list of their rooms.</summary>
/// <remarks>
/// <para>
/// A store with this ability also has <see cref="IMemberStore"/>, and keeps the list up to date with it: a room is in the list while the user is a member.
/// Where both cannot be written in one step, the list may contain further rooms, for example after a crash, but lacks none; readers check the membership
/// and call <see cref="RepairAsync"/>. Implementations are thread-safe. The conformance suite defines the contract.
/// </para>
/// <para>Every change raises an event that <see cref="UserInbox.WatchAsync"/> and watchers for a user (<see cref="WatchOptions.As"/>) receive.</para>
/// </remarks>
public interface IUserStore
{
    /// <summary>Reads the user's list, in no particular order; empty for a user who is not known.</summary>
    /// <param name="user">The user's id.</param>
    /// <param name="cancellationToken">Stops waiting.</param>
    ValueTask<IReadOnlyList<ListedRoom>> ReadListedRoomsAsync(string user, CancellationToken cancellationToken = default);

    /// <summary>Reads how far rooms' histories go, in one pipelined round trip for each shard.</summary>
    /// <param name="rooms">The rooms' ids.</param>
    /// <param name="cancellationToken">Stops waiting.</param>
    /// <returns>For each room, in the same order.</returns>
    ValueTask<IReadOnlyList<RoomActivity>> ReadActivityAsync(IReadOnlyList<string> rooms, CancellationToken cancellationToken = default);

    /// <summary>Changes the user's settings for a room in the list, atomically.</summary>
    /// <param name="user">The user's id.</param>
    /// <param name="room">The room's id.</param>
    /// <param name="change">Turns the present settings into the new ones; returning the same ones changes nothing. May be called several times.</param>
    /// <param name="cancellationToken">Stops waiting; the change may still happen.</param>
    /// <returns>Whether the room is in the list.</returns>
    ValueTask<bool> ChangeListedRoomAsync(string user, string room, Func<ListedRoom, ListedRoom> change, CancellationToken cancellationToken = default);

    /// <summary>
    /// Removes rooms that were found in the list although the user is not a member, unless an entry has changed since or is so new that the user may just be
    /// joining.
    /// </summary>
    /// <param name="user">The user's id.</param>
    /// <param name="rooms">The entries, as they were read.</param>
    /// <param name="cancellationToken">Stops waiting.</param>
    ValueTask RepairAsync(string user, IReadOnlyList<ListedRoom> rooms, CancellationToken cancellationToken = default);

    /// <summary>Ends everything that is watched for the user: see <see cref="Chat.RevokeAsync"/>.</summary>
    /// <param name="user">The user's id.</param>
    /// <param name="cancellationToken">Stops waiting; it may still happen.</param>
    ValueTask RevokeAsync(string user, CancellationToken cancellationToken = default);
}
