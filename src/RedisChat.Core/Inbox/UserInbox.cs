namespace RedisChat;

/// <summary>
/// A user's inbox: the rooms that the user is a member of, with what is new in them. See <see cref="ChatUser.Inbox"/>.
/// </summary>
/// <remarks>
/// A room enters the inbox when the user becomes a member (<see cref="ChatRoom.Members"/>) and leaves it when the membership ends. Everything else is derived from the
/// rooms when the inbox is read, so it is exact, and sending a message writes nothing here. Thread-safe.
/// </remarks>
public sealed class UserInbox
{
    internal static readonly ChatOperation Read = new(ChatOperations.Inbox, "The inbox could not be read");

    private static readonly ChatOperation Change = new(ChatOperations.Inbox, "The inbox could not be changed")
    {
        Writes = true,
        InDoubt = "It may have taken effect. It is safe to try again.",
    };

    private readonly string _user;
    private readonly Chat _chat;

    internal UserInbox(string user, Chat chat)
    {
        _user = user;
        _chat = chat;
    }

    /// <summary>Lists the rooms, newest activity first.</summary>
    /// <remarks>
    /// Takes one round trip for the list, and then at most two for each shard; rooms of which many newest messages were deleted, or written by the user, may take
    /// further ones. For more rooms than the limit, the order is that at the time of each call: a room with a new message moves to the front, and is then not on a
    /// later page.
    /// </remarks>
    /// <param name="cursor">Where to continue: the <see cref="InboxPage.Cursor"/> of the previous call; omit it to start.</param>
    /// <param name="limit">The most rooms to return: 1 to <see cref="ChatLimits.MaxPageSize"/>. A page may have fewer, and still a cursor.</param>
    /// <param name="includeHidden">Whether to list hidden rooms too: see <see cref="HideAsync"/>.</param>
    /// <param name="cancellationToken">Stops waiting.</param>
    /// <exception cref="ChatInputException">The cursor or the limit is not valid.</exception>
    /// <exception cref="ChatUnavailableException">The store could not be reached in time.</exception>
    /// <exception cref="NotSupportedException">The store does not support inboxes.</exception>
    public Task<InboxPage> ListAsync(
        string? cursor = null, int limit = 100, bool includeHidden = false, CancellationToken cancellationToken = default)
    {
        ChatInput.CheckLimit(limit);
        var after = InboxReader.ParseCursor(cursor);
        return _chat.Runner.RunAsync(
            Read, null, (Reader: Reader(), After: after, Limit: limit, IncludeHidden: includeHidden),
            static (call, token) => call.Reader.ReadAsync(call.After, call.Limit, call.IncludeHidden, token), cancellationToken).AsTask();
    }

    /// <summary>Counts the unread messages that mention the user, over all rooms: the sum of <see cref="InboxRoom.UnreadMentions"/>, with hidden and muted rooms.</summary>
    /// <remarks>Takes as many round trips as <see cref="ListAsync"/> of all rooms, because it is derived from the same states. To show it all the time, sum up what <see cref="WatchAsync"/> delivers.</remarks>
    /// <param name="cancellationToken">Stops waiting.</param>
    /// <returns>The number. Each room counts at most <see cref="ChatLimits.MaxUnread"/>; one that cannot be read, none.</returns>
    /// <exception cref="ChatUnavailableException">The store could not be reached in time.</exception>
    /// <exception cref="NotSupportedException">The store does not support inboxes.</exception>
    public Task<int> CountUnreadMentionsAsync(CancellationToken cancellationToken = default) =>
        _chat.Runner.RunAsync(
            Read, null, Reader(), static (reader, token) => reader.CountUnreadMentionsAsync(token), cancellationToken).AsTask();

    /// <summary>Mutes a room: its entry says so (<see cref="InboxRoom.IsMuted"/>), for clients that notify the user of messages. It is counted as before.</summary>
    /// <param name="room">The room's id.</param>
    /// <param name="cancellationToken">Stops waiting; the change may still happen.</param>
    /// <returns>Whether the room is in the inbox; if not, nothing happens.</returns>
    /// <exception cref="ChatInputException">The id is not valid.</exception>
    /// <exception cref="ChatUnavailableException">The store could not be reached in time.</exception>
    /// <exception cref="NotSupportedException">The store does not support inboxes.</exception>
    public Task<bool> MuteAsync(string room, CancellationToken cancellationToken = default) =>
        ChangeAsync(room, static listed => listed with { IsMuted = true }, cancellationToken);

    /// <summary>Undoes <see cref="MuteAsync"/>.</summary>
    /// <param name="room">The room's id.</param>
    /// <param name="cancellationToken">Stops waiting; the change may still happen.</param>
    /// <returns>Whether the room is in the inbox; if not, nothing happens.</returns>
    /// <inheritdoc cref="MuteAsync" path="/exception"/>
    public Task<bool> UnmuteAsync(string room, CancellationToken cancellationToken = default) =>
        ChangeAsync(room, static listed => listed with { IsMuted = false }, cancellationToken);

    /// <summary>Hides a room from <see cref="ListAsync"/> until its next message.</summary>
    /// <param name="room">The room's id.</param>
    /// <param name="cancellationToken">Stops waiting; the change may still happen.</param>
    /// <returns>Whether the room is in the inbox; if not, nothing happens.</returns>
    /// <inheritdoc cref="MuteAsync" path="/exception"/>
    public Task<bool> HideAsync(string room, CancellationToken cancellationToken = default)
    {
        ChatInput.CheckRoom(room);
        return _chat.Runner.RunAsync(
            Change, room, (Users: Users(), User: _user, Room: room),
            static async (call, token) =>
            {
                long last;
                try
                {
                    last = (await call.Users.ReadActivityAsync([call.Room], token).ConfigureAwait(false))[0].LastMessageId;
                }
                catch (OperationCanceledException e)
                {
                    throw new ChatUnavailableException("The store did not answer.", e);
                }

                return await call.Users.ChangeListedRoomAsync(call.User, call.Room, listed => listed with { HiddenAt = last }, token).ConfigureAwait(false);
            },
            cancellationToken).AsTask();
    }

    /// <summary>Undoes <see cref="HideAsync"/>.</summary>
    /// <param name="room">The room's id.</param>
    /// <param name="cancellationToken">Stops waiting; the change may still happen.</param>
    /// <returns>Whether the room is in the inbox; if not, nothing happens.</returns>
    /// <inheritdoc cref="MuteAsync" path="/exception"/>
    public Task<bool> ShowAsync(string room, CancellationToken cancellationToken = default) =>
        ChangeAsync(room, static listed => listed with { HiddenAt = null }, cancellationToken);

    /// <summary>
    /// Streams the inbox: first each room as it is, in no particular order, and then each room whose last message, unread messages, membership or settings change.
    /// </summary>
    /// <remarks>
    /// <para>
    /// The stream delivers states, not events: a room that changes several times while the consumer is busy is delivered once, as it is then. So it holds at most one
    /// state for each room, and a slow consumer does not delay anyone. Rooms that the user joins or leaves are added and removed while it runs.
    /// </para>
    /// <para>
    /// The rooms are watched as <see cref="Chat.WatchManyAsync"/> watches them. The event of a read marker that another client of the user moved is passing: if it
    /// is lost, the unread count is right again after the room's next event, or after <see cref="InboxWatchOptions.RefreshInterval"/>. Everything else is found by
    /// the store's probe.
    /// </para>
    /// <para>
    /// The stream survives any outage of the store. It ends when it is canceled, when the store is disposed, with an error that waiting does not fix, or with a
    /// <see cref="ChatForbiddenException"/> after <see cref="Chat.RevokeAsync"/>.
    /// </para>
    /// </remarks>
    /// <param name="options">How often to read; the defaults if omitted.</param>
    /// <param name="cancellationToken">Ends the stream with an <see cref="OperationCanceledException"/> that carries this token.</param>
    /// <exception cref="ChatInputException">An option is not valid. Thrown at once, not when enumerated.</exception>
    /// <exception cref="NotSupportedException">The store does not support inboxes. Thrown at once.</exception>
    /// <exception cref="ChatForbiddenException">When enumerated: the user was revoked.</exception>
    /// <exception cref="ChatUnavailableException">When enumerated: the history of revocations was lost, so one may have been lost. Check that the user may still watch, and watch again.</exception>
    /// <exception cref="ObjectDisposedException">When enumerated: the store was disposed.</exception>
    public IAsyncEnumerable<InboxChange> WatchAsync(InboxWatchOptions? options = null, CancellationToken cancellationToken = default)
    {
        options ??= InboxWatchOptions.Default;
        InboxInput.CheckInboxWatch(options);
        var reader = Reader();
        return new InboxChanges(_chat, _user, reader, options, cancellationToken);
    }

    private Task<bool> ChangeAsync(string room, Func<ListedRoom, ListedRoom> change, CancellationToken cancellationToken)
    {
        ChatInput.CheckRoom(room);
        return _chat.Runner.RunAsync(
            Change, room, (Users: Users(), User: _user, Room: room, Change: change),
            static (call, token) => call.Users.ChangeListedRoomAsync(call.User, call.Room, call.Change, token), cancellationToken).AsTask();
    }

    private IUserStore Users() => _chat.Store.RequireAbility<IUserStore>("inboxes");

    private InboxReader Reader() => new(Users(), _chat.Store.RequireAbility<IReadMarkerStore>("inboxes"), _user, _chat.Runner.Logger);
}
