namespace RedisChat;

/// <summary>An optional ability of an <see cref="IMessageStore"/>: settings of rooms, an overview and a list of them, and their deletion.</summary>
/// <remarks>
/// <para>
/// A change of settings raises <see cref="RoomEvent.AboutChanged"/>, and is reported when a reader catches up. Rooms with settings are listed, others never.
/// The deletion of a room raises <see cref="RoomEvent.RoomDeleted"/>, which ends its watchers. From its first step on its history reads as empty, and every write to it fails with
/// a <see cref="ChatForbiddenException"/> until nothing is left.
/// </para>
/// <para>Implementations are thread-safe. The conformance suite defines the contract.</para>
/// </remarks>
public interface IRoomDirectoryStore
{
    /// <summary>Reads an overview of rooms.</summary>
    /// <param name="rooms">The rooms' ids.</param>
    /// <param name="cancellationToken">Stops waiting.</param>
    /// <returns>One for each id, in the same order. A room that does not exist is described as such.</returns>
    ValueTask<IReadOnlyList<RoomInfo>> ReadRoomsAsync(IReadOnlyList<string> rooms, CancellationToken cancellationToken = default);

    /// <summary>Gives a room its settings, with rules and an owner, if it has no settings. Creates the room if it does not exist. All of this is one atomic step.</summary>
    /// <remarks>
    /// A room that has settings is left as it is. Watchers receive <see cref="RoomEvent.RulesChanged"/> if the rules change, <see cref="RoomEvent.MemberChanged"/> if the owner does,
    /// and then <see cref="RoomEvent.AboutChanged"/>; a reader finds all of these changes or none.
    /// </remarks>
    /// <param name="room">The room's id.</param>
    /// <param name="about">The settings.</param>
    /// <param name="rules">The rules; <see langword="null"/> to keep those that the room has. Only a store that is also an <see cref="IMemberStore"/> receives some.</param>
    /// <param name="owner">
    /// The id of the user who becomes the owner, unless the room has one already; <see langword="null"/> for nobody. Only a store that is also an <see cref="IMemberStore"/> receives one.
    /// </param>
    /// <param name="cancellationToken">Stops waiting; the change may still happen.</param>
    /// <returns>The room's settings, and whether this call set them.</returns>
    /// <exception cref="ChatForbiddenException">The room is being deleted, or the user who would become the owner is banned from it. Nothing was changed.</exception>
    ValueTask<RoomCreation> CreateRoomAsync(string room, RoomAbout about, RuleSet? rules, string? owner, CancellationToken cancellationToken = default);

    /// <summary>Changes a room's settings, atomically. Creates the room if it does not exist.</summary>
    /// <param name="room">The room's id.</param>
    /// <param name="actor">Who makes the change: needs the right <see cref="RoomRights.Manage"/>, checked in the step of the change.</param>
    /// <param name="decide">
    /// Turns the present settings, <see cref="RoomAbout.None"/> if there are none, into the new ones. Equal settings change nothing, unless the room has none. May be called several
    /// times, and may throw to give up.
    /// </param>
    /// <param name="cancellationToken">Stops waiting; the change may still happen.</param>
    /// <returns>The settings after the change.</returns>
    ValueTask<RoomAbout> ChangeAboutAsync(string room, Actor actor, Func<RoomAbout, RoomAbout> decide, CancellationToken cancellationToken = default);

    /// <summary>Lists rooms with settings.</summary>
    /// <remarks>Neither skips nor repeats a room that keeps its place while others come and go. A page may have fewer rooms than the limit, even none, and still have a cursor.</remarks>
    /// <param name="order">The order.</param>
    /// <param name="cursor">Where to continue, from an earlier call in the same order; <see langword="null"/> to start.</param>
    /// <param name="limit">The most rooms to return.</param>
    /// <param name="cancellationToken">Stops waiting.</param>
    /// <exception cref="ChatInputException">The cursor is not one that this store returned for this order.</exception>
    ValueTask<RoomPage> ListRoomsAsync(RoomOrder order, string? cursor, int limit, CancellationToken cancellationToken = default);

    /// <summary>Deletes a room with everything in it: one bounded step.</summary>
    /// <param name="room">The room's id.</param>
    /// <param name="actor">
    /// Who deletes it: needs the right <see cref="RoomRights.Manage"/>, even in an archived room. A deletion that was begun is continued only for the one who began it, and for the
    /// application.
    /// </param>
    /// <param name="cursor">
    /// <see cref="RoomDeletion.Cursor"/> of the previous step; <see langword="null"/> to begin, or to continue a deletion that was interrupted.
    /// </param>
    /// <param name="cancellationToken">Stops waiting; the step may still happen.</param>
    ValueTask<RoomDeletion> DeleteRoomAsync(string room, Actor actor, string? cursor, CancellationToken cancellationToken = default);
}
