namespace RedisChat;

/// <summary>How far each user has read in a room, and how many messages are unread: see <see cref="ChatRoom.ReadMarkers"/>.</summary>
/// <remarks>
/// <para>
/// A user's marker is the last message that the user has read; everything before it counts as read. The number of unread messages is computed when it is
/// requested: those after the marker that exist, without the user's own. So it is exact whatever was deleted meanwhile, and a send costs nothing more.
/// </para>
/// <para>
/// A user who becomes a member has read everything up to then. The marker is removed when the membership ends, or with a ban. In a room that everyone may
/// read, any user can have a marker; without one, everything is unread.
/// </para>
/// <para>
/// Watchers receive <see cref="RoomEvent.ReadMarkerMoved"/>, which is passing: to show who has read what, watch first, then list, apply the events by user,
/// and list again after <see cref="RoomEvent.CaughtUp"/> or <see cref="RoomEvent.Gap"/>. Markers are no part of the room's history. A room in which nothing is
/// marked pays nothing. Thread-safe.
/// </para>
/// </remarks>
public sealed class RoomReadMarkers
{
    private static readonly ChatOperation Read = new(ChatOperations.ReadMarkers, "The read markers could not be read");

    private static readonly ChatOperation Move = new(ChatOperations.MarkRead, "The read marker could not be moved")
    {
        Writes = true,
        InDoubt = "It may have been moved. It is safe to try again.",
    };

    private readonly string _room;
    private readonly IMessageStore _store;
    private readonly OperationRunner _runner;

    internal RoomReadMarkers(string room, IMessageStore store, OperationRunner runner)
    {
        _room = room;
        _store = store;
        _runner = runner;
    }

    /// <summary>A user has read a message and all before it. Never moves the marker back, in whatever order calls arrive.</summary>
    /// <param name="user">The user's id.</param>
    /// <param name="messageId">The message's id. The message may have been deleted.</param>
    /// <param name="cancellationToken">Stops waiting; the marker may still be moved.</param>
    /// <returns>The marker now: it is after <paramref name="messageId"/> if the user had read more before.</returns>
    /// <exception cref="ChatInputException">An id is not valid, or the room has no message up to this id; in particular, the room does not exist.</exception>
    /// <exception cref="ChatForbiddenException">The user may not read the room, or is being erased. An archived room can still be marked.</exception>
    /// <exception cref="ChatUnavailableException">The store could not be reached in time.</exception>
    /// <exception cref="ChatStoreFullException">The store has no memory left.</exception>
    /// <exception cref="NotSupportedException">The store does not support read markers.</exception>
    public Task<ReadMarker> MarkReadAsync(string user, long messageId, CancellationToken cancellationToken = default) =>
        MoveAsync(user, messageId, back: false, cancellationToken);

    /// <summary>Makes a message and all after it unread again. Does not move a marker that is before the message; a user without one gets one before all messages. The user's own messages never count as unread.</summary>
    /// <param name="user">The user's id.</param>
    /// <param name="messageId">The message's id. The message may have been deleted.</param>
    /// <param name="cancellationToken">Stops waiting; the marker may still be moved.</param>
    /// <returns>The marker now: it is before <paramref name="messageId"/>.</returns>
    /// <exception cref="ChatInputException">An id is not valid, or the room has no message up to this id; in particular, the room does not exist.</exception>
    /// <exception cref="ChatForbiddenException">The user may not read the room, or is being erased.</exception>
    /// <exception cref="ChatUnavailableException">The store could not be reached in time.</exception>
    /// <exception cref="ChatStoreFullException">The store has no memory left.</exception>
    /// <exception cref="NotSupportedException">The store does not support read markers.</exception>
    public Task<ReadMarker> MarkUnreadAsync(string user, long messageId, CancellationToken cancellationToken = default) =>
        MoveAsync(user, messageId, back: true, cancellationToken);

    /// <summary>How far a user has read.</summary>
    /// <param name="user">The user's id.</param>
    /// <param name="cancellationToken">Stops waiting.</param>
    /// <returns>The marker; <see langword="null"/> if the user has none, or the room does not exist.</returns>
    /// <exception cref="ChatInputException">The id is not valid.</exception>
    /// <exception cref="ChatDataException">The room's keys hold something else.</exception>
    /// <exception cref="ChatUnavailableException">The store could not be reached in time.</exception>
    /// <exception cref="NotSupportedException">The store does not support read markers.</exception>
    public async Task<ReadMarker?> GetAsync(string user, CancellationToken cancellationToken = default) =>
        (await ReadAsync(user, cancellationToken).ConfigureAwait(false)).Marker;

    /// <summary>How many messages a user has not read: those after the marker that exist, without the user's own.</summary>
    /// <param name="user">The user's id.</param>
    /// <param name="cancellationToken">Stops waiting.</param>
    /// <returns>The number: exact up to <see cref="ChatLimits.MaxUnread"/>. 0 if the user may not read the room, or it does not exist.</returns>
    /// <exception cref="ChatInputException">The id is not valid.</exception>
    /// <exception cref="ChatDataException">The room's keys hold something else.</exception>
    /// <exception cref="ChatUnavailableException">The store could not be reached in time.</exception>
    /// <exception cref="NotSupportedException">The store does not support read markers.</exception>
    public async Task<UnreadCount> GetUnreadAsync(string user, CancellationToken cancellationToken = default) =>
        (await ReadAsync(user, cancellationToken).ConfigureAwait(false)).Unread;

    /// <summary>How many messages a user has not read that mention the user: by id, by the role that the user has now, or with everyone.</summary>
    /// <param name="user">The user's id.</param>
    /// <param name="cancellationToken">Stops waiting.</param>
    /// <returns>
    /// The number: at most <see cref="ChatLimits.MaxUnread"/>, which stands for that many or more. 0 if the user may not read the room, or it does not exist.
    /// </returns>
    /// <exception cref="ChatInputException">The id is not valid.</exception>
    /// <exception cref="ChatDataException">The room's keys hold something else.</exception>
    /// <exception cref="ChatUnavailableException">The store could not be reached in time.</exception>
    /// <exception cref="NotSupportedException">The store does not support read markers.</exception>
    public async Task<int> GetUnreadMentionsAsync(string user, CancellationToken cancellationToken = default) =>
        (await ReadAsync(user, cancellationToken).ConfigureAwait(false)).UnreadMentions;

    /// <summary>Lists who has read up to where: all users who have a marker, or those who have read a message. If there are many, it takes several calls.</summary>
    /// <remarks>
    /// A user whose marker moves during the listing may be listed with the old or the new one, or twice; nobody else is missing. A page may have fewer markers than
    /// the limit, even none, and still have a cursor.
    /// </remarks>
    /// <param name="readUpTo">Only users who have read this message; <see langword="null"/> for all. Nobody has read a message that was not sent yet.</param>
    /// <param name="cursor">Where to continue: the <see cref="ReadMarkerPage.Cursor"/> of the previous call; omit it to start.</param>
    /// <param name="limit">About how many markers to return: 1 to <see cref="ChatLimits.MaxPageSize"/>.</param>
    /// <param name="cancellationToken">Stops waiting.</param>
    /// <exception cref="ChatInputException">The message's id, the cursor or the limit is not valid.</exception>
    /// <exception cref="ChatUnavailableException">The store could not be reached in time.</exception>
    /// <exception cref="NotSupportedException">The store does not support read markers.</exception>
    public Task<ReadMarkerPage> ListAsync(
        long? readUpTo = null, string? cursor = null, int limit = 100, CancellationToken cancellationToken = default)
    {
        if (readUpTo is { } messageId)
        {
            ChatInput.CheckMessageId(messageId, nameof(readUpTo));
        }

        ChatInput.CheckLimit(limit);
        return _runner.RunAsync(
            Read, _room, (Store: Markers(), Room: _room, UpTo: readUpTo ?? 0, Cursor: cursor, Limit: limit),
            static (call, token) => call.Store.ReadMarkersAsync(call.Room, call.UpTo, call.Cursor, call.Limit, token), cancellationToken).AsTask();
    }

    private Task<ReadMarker> MoveAsync(string user, long messageId, bool back, CancellationToken cancellationToken)
    {
        ChatInput.CheckId(user);
        ChatInput.CheckMessageId(messageId);
        return _runner.RunAsync(
            Move, _room, (Store: Markers(), Room: _room, User: user, Id: messageId, Back: back),
            static (call, token) => call.Store.MoveMarkerAsync(call.Room, call.User, call.Id, call.Back, token), cancellationToken).AsTask();
    }

    private ValueTask<UserRoom> ReadAsync(string user, CancellationToken cancellationToken)
    {
        ChatInput.CheckId(user);
        return _runner.RunAsync(
            Read, _room, (Store: Markers(), Room: _room, User: user),
            static async (call, token) =>
            {
                var room = (await call.Store.ReadUserRoomsAsync(call.User, [call.Room], token).ConfigureAwait(false))[0];
                return room.Error is null ? room : throw room.Error;
            },
            cancellationToken);
    }

    private IReadMarkerStore Markers() => _store.RequireAbility<IReadMarkerStore>("read markers");
}
