namespace RedisChat;

/// <content>Watching rooms.</content>
public sealed partial class Chat
{
    private static readonly TimeSpan PauseWhileUnavailable = TimeSpan.FromMilliseconds(250);

    private static readonly ChatOperation Revoke = new(ChatOperations.Revoke, "The user's streams could not be ended")
    {
        Writes = true,
        InDoubt = "They may have ended. It is safe to try again.",
    };

    /// <summary>Streams a room's events live, each exactly once, in the same order for every watcher.</summary>
    /// <param name="room">The room's id; it need not exist yet.</param>
    /// <param name="after">
    /// What the watcher has seen: it first receives the events since then. If omitted, it starts with the events from now on. Either way,
    /// <see cref="RoomEvent.CaughtUp"/> announces that live events follow.
    /// </param>
    /// <param name="cancellationToken">Ends the stream with an <see cref="OperationCanceledException"/> that carries this token, before any further event.</param>
    /// <inheritdoc cref="WatchAsync(string, WatchOptions, CancellationToken)" path="/remarks|/exception"/>
    public IAsyncEnumerable<RoomEvent> WatchAsync(string room, RoomPosition? after = null, CancellationToken cancellationToken = default)
    {
        ChatInput.CheckPosition(after ?? RoomPosition.Start, nameof(after));
        return WatchAsync(room, WatchOptions.From(after), cancellationToken);
    }

    /// <summary>Streams a room's events live, with a limit on catching up, or with heartbeats.</summary>
    /// <remarks>
    /// <para>
    /// Load a page, then watch from its position, and you miss nothing in between:
    /// <c>chat.WatchAsync(room, (await chat.ReceiveAsync(room)).Position)</c>. To continue after a restart, save the position of the last event.
    /// An edit or deletion that was made while the page was being read may be delivered although the page has it.
    /// </para>
    /// <para>
    /// The stream survives any outage of the store. It ends only when it is canceled, when the store is disposed, with an error that waiting does not fix, or, without an error, after
    /// <see cref="RoomEvent.RoomDeleted"/>.
    /// Each watcher reads at its own pace; a slow one does not delay the others and holds a bounded amount of memory.
    /// </para>
    /// </remarks>
    /// <param name="room">The room's id; it need not exist yet.</param>
    /// <param name="options">Where to start, and how to watch.</param>
    /// <param name="cancellationToken">Ends the stream with an <see cref="OperationCanceledException"/> that carries this token, before any further event.</param>
    /// <exception cref="ChatInputException">The room's id or an option is not valid. Thrown at once, not when enumerated.</exception>
    /// <exception cref="NotSupportedException">The store cannot be watched, or not for a user.</exception>
    /// <exception cref="ChatForbiddenException">When enumerated: <see cref="WatchOptions.As"/> may not, or may no longer, read the room.</exception>
    /// <exception cref="ChatUnavailableException">When enumerated, for a user: the history of revocations was lost, so one may have been lost. Check that the user may still watch, and watch again.</exception>
    /// <exception cref="ObjectDisposedException">When enumerated: the store was disposed.</exception>
    public IAsyncEnumerable<RoomEvent> WatchAsync(string room, WatchOptions options, CancellationToken cancellationToken = default)
    {
        ChatInput.CheckRoom(room, _store);
        WatchInput.CheckWatch(options);
        var events = new CountedEvents(_store.WatchAsync(room, options, cancellationToken), cancellationToken);
        return options.As is { } user ? new ReaderEvents(events, _store, Sessions, room, user, _runner.Time, cancellationToken) : events;
    }

    /// <summary>
    /// Streams the events of many rooms live, as one stream, to which rooms can be added and from which they can be removed: see <see cref="WatchedRooms"/>.
    /// </summary>
    /// <remarks>
    /// For one connection that carries all rooms of a client. The rooms take turns, so a busy room delays an event of another one by at most one event of each
    /// room. A room that fails leaves the stream with <see cref="RoomEvent.Failed"/>; the others continue.
    /// </remarks>
    /// <param name="rooms">The rooms to start with, and what the consumer has seen of each; <see langword="null"/> to start with the events from now on.</param>
    /// <param name="options">A limit on catching up, or heartbeats; the defaults if omitted.</param>
    /// <param name="cancellationToken">Ends the stream with an <see cref="OperationCanceledException"/> that carries this token, before any further event.</param>
    /// <exception cref="ChatInputException">A room's id, a position or an option is not valid, or a room is there twice. Thrown at once, not when enumerated.</exception>
    /// <exception cref="NotSupportedException">The store cannot be watched.</exception>
    /// <exception cref="ObjectDisposedException">When enumerated: the store was disposed.</exception>
    public WatchedRooms WatchManyAsync(
        IEnumerable<KeyValuePair<string, RoomPosition?>> rooms, WatchManyOptions? options = null, CancellationToken cancellationToken = default)
    {
        WatchInput.CheckRooms(rooms);
        options ??= WatchManyOptions.Default;
        WatchInput.CheckWatchMany(options);
        var watched = new WatchedRooms(_store, Sessions, options, _runner, cancellationToken);
        foreach (var (room, after) in rooms)
        {
            watched.Add(room, after);
        }

        return watched;
    }

    /// <summary>Waits until a user is revoked, for connections of a user that may not watch anything at the moment: see <see cref="RevokeAsync"/>.</summary>
    /// <remarks>It survives any outage of the store. However many users are waited for or watched for, a process has one subscription for this.</remarks>
    /// <param name="user">The user's id; the user need not be known.</param>
    /// <param name="cancellationToken">Stops waiting.</param>
    /// <returns>A task that completes when <see cref="RevokeAsync"/> is called after the wait has begun, on whichever node.</returns>
    /// <exception cref="ChatInputException">The id is not valid.</exception>
    /// <exception cref="ChatUnavailableException">The history of revocations was lost, so this one may have been lost. Check that the user still has access, and wait again.</exception>
    /// <exception cref="ChatException">The store could not be watched, for a reason that waiting does not fix.</exception>
    /// <exception cref="NotSupportedException">The store does not support it.</exception>
    /// <exception cref="ObjectDisposedException">The store was disposed.</exception>
    public Task WaitForRevocationAsync(string user, CancellationToken cancellationToken = default)
    {
        ChatInput.CheckId(user);
        _ = _store.RequireAbility<IUserStore>("revocation");
        return WaitForRevocationAsync(user, begun: (TaskCompletionSource?)null, cancellationToken);
    }

    /// <summary>Waits until a user is revoked, and tells when the wait has begun: a revocation before that is not noticed, so check after it that the user still has access.</summary>
    /// <param name="user">The user's id; the user need not be known.</param>
    /// <param name="begun">Called once, when no later revocation can be missed. While the store is away, that takes until it is back.</param>
    /// <param name="cancellationToken">Stops waiting.</param>
    /// <inheritdoc cref="WaitForRevocationAsync(string, CancellationToken)" path="/returns|/exception"/>
    public Task WaitForRevocationAsync(string user, Action begun, CancellationToken cancellationToken = default)
    {
        ChatInput.CheckId(user);
        ArgumentNullException.ThrowIfNull(begun);
        _ = _store.RequireAbility<IUserStore>("revocation");
        var signal = new TaskCompletionSource();
        _ = signal.Task.ContinueWith(_ => begun(), CancellationToken.None, TaskContinuationOptions.ExecuteSynchronously, TaskScheduler.Default);
        return WaitForRevocationAsync(user, signal, cancellationToken);
    }

    /// <summary>Waits until a user is revoked.</summary>
    /// <param name="user">The user's id.</param>
    /// <param name="begun">Completed when no later revocation can be missed. What is delivered to the user should wait for that.</param>
    /// <param name="cancellationToken">Stops waiting.</param>
    internal async Task WaitForRevocationAsync(string user, TaskCompletionSource? begun, CancellationToken cancellationToken)
    {
        var ended = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        using var session = await BeginAsync().ConfigureAwait(false);
        begun?.TrySetResult();
        await ended.Task.WaitAsync(cancellationToken).ConfigureAwait(false);
        switch (session.Error)
        {
            case ChatForbiddenException:
                return;
            case ObjectDisposedException disposed:
                throw disposed;
            case ChatUnavailableException lost:
                throw new ChatUnavailableException(lost.Message, lost) { Operation = ChatOperations.Watch };
            default:
                throw new ChatException("The store could not be watched for a revocation of the user.", session.Error);
        }

        async ValueTask<UserSession> BeginAsync()
        {
            while (true)
            {
                try
                {
                    return await Sessions!.BeginAsync(user, () => ended.TrySetResult(), cancellationToken).ConfigureAwait(false);
                }
                catch (ChatUnavailableException)
                {
                    cancellationToken.ThrowIfCancellationRequested();
                }

                await Task.Delay(PauseWhileUnavailable, _runner.Time, cancellationToken).ConfigureAwait(false);
            }
        }
    }

    /// <summary>Ends everything that is watched for a user, for example because the user logs out or loses the account.</summary>
    /// <remarks>
    /// Each stream that was started for the user before this call ends with a <see cref="ChatForbiddenException"/> whose reason is
    /// <see cref="ForbiddenReason.Revoked"/>: a watched room (<see cref="WatchOptions.As"/>) and a watched inbox. The rooms of a stream of many
    /// (<see cref="WatchManyOptions.As"/>) leave it with <see cref="RoomEvent.Failed"/>. This happens on every node when the event arrives, within milliseconds, and
    /// within <see cref="RedisStoreOptions.LiveProbeInterval"/> if the event is lost; in an inbox, up to <see cref="InboxWatchOptions.Interval"/> later. Streams that
    /// are started later are not affected: the application must no longer start them. Memberships and messages stay. It is safe to repeat.
    /// </remarks>
    /// <param name="user">The user's id; the user need not be known.</param>
    /// <param name="cancellationToken">Stops waiting; it may still take effect.</param>
    /// <exception cref="ChatInputException">The id is not valid.</exception>
    /// <exception cref="ChatUnavailableException">The store could not be reached in time.</exception>
    /// <exception cref="NotSupportedException">The store does not support it.</exception>
    public async Task RevokeAsync(string user, CancellationToken cancellationToken = default)
    {
        ChatInput.CheckId(user);
        await _runner.RunAsync(
            Revoke, null, (Store: _store.RequireAbility<IUserStore>("revocation"), User: user),
            static async (call, token) =>
            {
                await call.Store.RevokeAsync(call.User, token).ConfigureAwait(false);
                return true;
            },
            cancellationToken).ConfigureAwait(false);
    }
}
