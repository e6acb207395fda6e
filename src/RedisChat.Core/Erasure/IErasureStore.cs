namespace RedisChat;

/// <summary>An optional ability of an <see cref="IMessageStore"/>: erasing a user, and finding everything about one: see <see cref="ChatUser.EraseAsync"/> and <see cref="ChatUser.ExportAsync"/>.</summary>
/// <remarks>
/// An erasure is a loop around small steps, and a process can die anywhere in it. It begins, which the store remembers; then come passes over all rooms that may hold something, until one finds nothing; then it ends. A pass over
/// very many rooms may come to the same room several times, with other places of it. Each step may be repeated, and two processes may erase the same user at once. A room in which something is found refuses what the user sends, changes, schedules and marks as read, from the step that found it until the
/// erasure ends. It need not refuse presence and parts of messages in progress, which each pass removes.
/// </remarks>
public interface IErasureStore
{
    /// <summary>Begins an erasure, or continues the one that was begun.</summary>
    /// <param name="user">The user.</param>
    /// <param name="mode">What happens to the messages.</param>
    /// <param name="cancellationToken">Stops waiting.</param>
    /// <exception cref="ChatInputException">One that was begun has another mode.</exception>
    ValueTask<UserErasure> BeginErasureAsync(string user, ErasureMode mode, CancellationToken cancellationToken = default);

    /// <summary>Finds rooms that may hold something about a user, without reading their messages.</summary>
    /// <param name="user">The user; <see langword="null"/> for all places of all rooms and other scopes, for <see cref="SearchAsync"/>, and for an erasure that is continued.</param>
    /// <param name="cursor">Where to continue; <see langword="null"/> to begin.</param>
    /// <param name="cancellationToken">Stops waiting.</param>
    ValueTask<FoundRooms> FindRoomsAsync(string? user, string? cursor, CancellationToken cancellationToken = default);

    /// <summary>Finds rooms that are being imported or migrated. More about any user may still come there, so no user can be erased until that is complete.</summary>
    /// <param name="cursor">Where to continue; <see langword="null"/> to begin.</param>
    /// <param name="cancellationToken">Stops waiting.</param>
    /// <remarks>A store that does not import need not implement this. One that does also refuses such rooms in <see cref="EraseStepAsync"/>, with a <see cref="ChatInputException"/>, because an import may begin later.</remarks>
    ValueTask<FoundRooms> FindImportsAsync(string? cursor, CancellationToken cancellationToken = default) => new(new FoundRooms([], null));

    /// <summary>Identifies the servers that hold the rooms: the same text as long as none of them is restarted or replaced.</summary>
    /// <param name="cancellationToken">Stops waiting.</param>
    /// <remarks>Cursors mean nothing to other servers, which may skip keys. If the text has changed from the beginning of a search to its end, the search must be repeated.</remarks>
    ValueTask<string> IdentifyServersAsync(CancellationToken cancellationToken = default);

    /// <summary>Takes the next step of an erasure in one room.</summary>
    /// <param name="erasure">The erasure.</param>
    /// <param name="room">The room, as it was found, with some or all of its places. The same ones in each step.</param>
    /// <param name="cursor">Where to continue; <see langword="null"/> to begin.</param>
    /// <param name="cancellationToken">Stops waiting.</param>
    ValueTask<ErasedStep> EraseStepAsync(UserErasure erasure, FoundRoom room, string? cursor, CancellationToken cancellationToken = default);

    /// <summary>Ends an erasure: allows writes again, and forgets what belongs to the user across rooms, and the erasure itself.</summary>
    /// <param name="erasure">The erasure.</param>
    /// <param name="marked">The rooms that refuse the user's writes.</param>
    /// <param name="cancellationToken">Stops waiting.</param>
    ValueTask EndErasureAsync(UserErasure erasure, IReadOnlyCollection<string> marked, CancellationToken cancellationToken = default);

    /// <summary>Takes the next step of the search in one room or other scope for the id of a user, as a whole word. A step reads a limited amount, however large the room is.</summary>
    /// <param name="user">The user.</param>
    /// <param name="room">The room, with some or all of its places: see <see cref="FindRoomsAsync"/>. The same ones in each step.</param>
    /// <param name="cursor">Where to continue; <see langword="null"/> to begin.</param>
    /// <param name="cancellationToken">Stops waiting.</param>
    ValueTask<SearchedStep> SearchAsync(string user, FoundRoom room, string? cursor, CancellationToken cancellationToken = default);

    /// <summary>Reads the next of what a room holds about a user, except the user's messages. A step reads a limited amount, however large the room is.</summary>
    /// <param name="user">The user.</param>
    /// <param name="room">The room, as it was found. The same places in each step.</param>
    /// <param name="cursor">Where to continue; <see langword="null"/> to begin.</param>
    /// <param name="cancellationToken">Stops waiting.</param>
    ValueTask<UserRecordsStep> ReadRecordsAsync(string user, FoundRoom room, string? cursor, CancellationToken cancellationToken = default);
}
