namespace RedisChat;

/// <summary>Who is in a room right now, and who is typing: see <see cref="ChatRoom.Presence"/>.</summary>
/// <remarks>
/// <para>
/// A user is present as long as at least one connection, in any process, is: <see cref="EnterAsync"/> returns a handle for each connection. A process
/// sends one heartbeat for each room that it has users in, not for each user, every third of <see cref="PresenceOptions.Expiry"/>. If it is killed, or frozen for
/// longer than that, its users are no longer present: another process that has users in the room, watches it or lists its users removes them and reports it.
/// A process that comes back enters its users again.
/// </para>
/// <para>
/// Watchers receive <see cref="RoomEvent.Entered"/> and <see cref="RoomEvent.Left"/>, or <see cref="RoomEvent.PresenceChanged"/> in large rooms, and
/// <see cref="RoomEvent.Typing"/>. These events are passing: they take no place in the room's history, may be lost, and may overtake those of other users; an
/// older one of the same user is not delivered after a newer one. To show who is present, watch first, then
/// list, apply the events by user, and list again after <see cref="RoomEvent.CaughtUp"/>, <see cref="RoomEvent.Gap"/> or
/// <see cref="RoomEvent.PresenceChanged"/>. An event that repeats what is known changes nothing.
/// </para>
/// <para>
/// In a room with rules, entering takes the right <see cref="RoomRights.Read"/>, and typing what sending takes. With each heartbeat a process has the rights of its users checked again: those
/// who were banned, or may no longer read the room, leave within a third of <see cref="PresenceOptions.Expiry"/>. Their handles stay: if the
/// users may read again, they are present again.
/// </para>
/// <para>Presence does not create the room, and costs a room that does not use it nothing. Thread-safe.</para>
/// </remarks>
public sealed class RoomPresence
{
    private static readonly ChatOperation Enter = new(ChatOperations.Presence, "The user could not enter the room")
    {
        Writes = true,
        InDoubt = "If the user is shown as present, that ends by itself. It is safe to try again.",
    };

    private static readonly ChatOperation Leave = new(ChatOperations.Presence, "The user could not leave the room") { Writes = true };

    private static readonly ChatOperation List = new(ChatOperations.Presence, "The users who are present could not be listed");

    private static readonly ChatOperation Type = new(ChatOperations.Presence, "It could not be published that the user is typing") { IsRepeatable = false, Writes = true, InDoubt = "There is nothing to do." };

    private readonly string _room;
    private readonly PresenceKeeper _keeper;
    private readonly OperationRunner _runner;

    internal RoomPresence(string room, PresenceKeeper keeper, OperationRunner runner)
    {
        _room = room;
        _keeper = keeper;
        _runner = runner;
    }

    /// <summary>Makes a user present, until the handle that this returns is disposed: one call for each connection of the user.</summary>
    /// <remarks>
    /// <para><c>await using var here = await room.Presence.EnterAsync(user);</c></para>
    /// <para>
    /// Only the first connection of a user in this process calls the store, and only the last one does so when it leaves; calls for one room that are made at
    /// the same time are combined. Disposing the handle does not throw: if the store cannot be reached, the user leaves with one of the next heartbeats.
    /// Disposing it again does nothing.
    /// </para>
    /// </remarks>
    /// <param name="user">The user's id.</param>
    /// <param name="cancellationToken">Stops waiting. The user does not stay present.</param>
    /// <returns>The handle of this connection.</returns>
    /// <exception cref="ChatInputException">The id is not valid.</exception>
    /// <exception cref="ChatForbiddenException">The user is not present yet in this process, and may not read the room.</exception>
    /// <exception cref="ChatUnavailableException">The store could not be reached in time.</exception>
    /// <exception cref="ChatStoreFullException">The store has no memory left.</exception>
    /// <exception cref="NotSupportedException">The store does not support presence.</exception>
    public Task<IAsyncDisposable> EnterAsync(string user, CancellationToken cancellationToken = default)
    {
        ChatInput.CheckId(user);
        _ = _keeper.Store;
        return EnterCheckedAsync(user, cancellationToken);
    }

    /// <summary>Lists the users who are present, each once, in a fixed order. Never a user whose process has expired.</summary>
    /// <remarks>Users who enter or leave during the listing may or may not be listed; nobody else is missing.</remarks>
    /// <param name="cursor">Where to continue: the <see cref="PresentUsers.Cursor"/> of the previous call; omit it to start.</param>
    /// <param name="limit">The most users to return: 1 to <see cref="ChatLimits.MaxPageSize"/>.</param>
    /// <param name="cancellationToken">Stops waiting.</param>
    /// <exception cref="ChatInputException">The cursor or the limit is not valid.</exception>
    /// <exception cref="ChatUnavailableException">The store could not be reached in time.</exception>
    /// <exception cref="NotSupportedException">The store does not support presence.</exception>
    public Task<PresentUsers> ListAsync(string? cursor = null, int limit = 100, CancellationToken cancellationToken = default)
    {
        ChatInput.CheckLimit(limit);
        if (cursor is not null)
        {
            ChatInput.CheckId(cursor);
        }

        return _runner.RunAsync(
            List, _room, (_keeper.Store, Room: _room, Cursor: cursor, Limit: limit),
            static (call, token) => call.Store.ReadPresentUsersAsync(call.Room, call.Cursor, call.Limit, token), cancellationToken).AsTask();
    }

    /// <summary>Tells those who watch the room that a user is typing. Call it for each key that is pressed: it is throttled.</summary>
    /// <remarks>
    /// At most one call in <see cref="PresenceOptions.TypingInterval"/> is sent for each user and room in this process. Watchers receive
    /// <see cref="RoomEvent.Typing"/>, which expires by itself. The user need not be present.
    /// </remarks>
    /// <param name="user">The user's id.</param>
    /// <param name="cancellationToken">Stops waiting.</param>
    /// <returns>Whether it was sent; <see langword="false"/> if one was sent a moment ago.</returns>
    /// <exception cref="ChatInputException">The id is not valid.</exception>
    /// <exception cref="ChatForbiddenException">The user may not send to the room, or is muted.</exception>
    /// <exception cref="ChatUnavailableException">The store could not be reached in time. Applications may ignore this.</exception>
    /// <exception cref="NotSupportedException">The store does not support presence.</exception>
    public Task<bool> TypingAsync(string user, CancellationToken cancellationToken = default)
    {
        ChatInput.CheckId(user);
        _ = _keeper.Store;
        return _keeper.Typing.TryTake(_room, user) ? SendTypingAsync(user, cancellationToken) : Task.FromResult(false);
    }

    private async Task<IAsyncDisposable> EnterCheckedAsync(string user, CancellationToken cancellationToken)
    {
        _keeper.Enter(_room, user);
        try
        {
            await SettleAsync(Enter, user, cancellationToken).ConfigureAwait(false);
            await _runner.RunAsync(
                Enter, _room, (_keeper, Room: _room, User: user),
                static (call, _) =>
                {
                    call._keeper.ThrowIfRefused(call.Room, call.User);
                    return ValueTask.FromResult(true);
                },
                cancellationToken).ConfigureAwait(false);
            return new Connection(this, user);
        }
        catch
        {
            // The next heartbeat tells the store, if it needs to know.
            _keeper.Leave(_room, user);
            throw;
        }
    }

    private async Task<bool> SendTypingAsync(string user, CancellationToken cancellationToken)
    {
        try
        {
            await _runner.RunAsync(
                Type, _room, (_keeper, Room: _room, User: user),
                static async (call, token) =>
                {
                    await call._keeper.Store.SendTypingAsync(call.Room, call.User, call._keeper.Options.TypingDuration, token).ConfigureAwait(false);
                    return true;
                },
                cancellationToken).ConfigureAwait(false);
            return true;
        }
        catch
        {
            _keeper.Typing.Undo(_room, user);
            throw;
        }
    }

    private async ValueTask LeaveAsync(string user)
    {
        _keeper.Leave(_room, user);
        try
        {
            await SettleAsync(Leave, user, CancellationToken.None).ConfigureAwait(false);
        }
        catch (Exception e) when (e is ChatException or ObjectDisposedException)
        {
            // The next heartbeat tries again; without a store there is nothing to leave.
            ChatLog.HeartbeatFailed(_runner.Logger, e);
        }
    }

    private ValueTask<bool> SettleAsync(ChatOperation operation, string user, CancellationToken cancellationToken) =>
        _runner.RunAsync(
            operation, _room, (_keeper, Room: _room, User: user),
            static async (call, token) =>
            {
                await call._keeper.SettleAsync(call.Room, call.User, token).ConfigureAwait(false);
                return true;
            },
            cancellationToken);

    /// <summary>One connection of a user.</summary>
    private sealed class Connection(RoomPresence presence, string user) : IAsyncDisposable
    {
        private int _isDisposed;

        public ValueTask DisposeAsync() => Interlocked.Exchange(ref _isDisposed, 1) == 0 ? presence.LeaveAsync(user) : default;
    }
}
