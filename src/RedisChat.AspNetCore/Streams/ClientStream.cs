namespace RedisChat.AspNetCore;

/// <summary>
/// What one client receives, over an event stream or a hub connection: the events of its rooms, to which rooms can be added and from which they can be removed, and its
/// inbox and drafts. It ends when the client goes, the host shuts down, the user may no longer use the chat, or the client takes no data.
/// </summary>
/// <remarks>Thread-safe, but for <see cref="RunAsync"/>, which is called once.</remarks>
internal sealed partial class ClientStream : IAsyncDisposable
{
    private readonly ChatWeb _web;
    private readonly IClientSink _sink;
    private readonly CancellationTokenSource _ending;
    private readonly CancellationToken _ended;
    private readonly WatchedRooms _rooms;
    private readonly SemaphoreSlim _writing = new(1);
    private readonly Task _revocation;
    private readonly Dictionary<string, StreamPresence?> _added = [];
    private StreamEnd? _end;
    private bool _endsWithLastRoom;
    private volatile bool _isStalled;
    private bool _isClosed;

    public ClientStream(ChatWeb web, ChatCaller caller, IClientSink sink, CancellationToken clientGone)
    {
        (_web, Caller, _sink) = (web, caller, sink);
        _ending = CancellationTokenSource.CreateLinkedTokenSource(clientGone);
        _ended = _ending.Token;
        (_inbox, _drafts) = (new Delivery(_ended), new Delivery(_ended));
        var options = new WatchManyOptions { As = caller.User, Heartbeat = sink.NeedsHeartbeat ? web.Options.Heartbeat : null, MaxCatchUp = web.Options.MaxCatchUp };
        _rooms = caller.Chat.WatchManyAsync([], options, _ended);
        _revocation = EndWhenRevokedAsync();
    }

    public ChatCaller Caller { get; }

    /// <summary>Checks rooms to add, before anything is sent.</summary>
    /// <exception cref="ChatProblemException">There are too many, or one is missing.</exception>
    /// <exception cref="ChatInputException">A room's id or position is not valid.</exception>
    public void Check(IReadOnlyList<StreamedRoomRequest?> rooms)
    {
        if (rooms.Count > _web.Options.MaxRoomsPerStream)
        {
            throw TooManyRooms();
        }

        foreach (var room in rooms)
        {
            // Nothing is watched by this: it only checks its arguments.
            _ = Caller.Chat.WatchAsync(room?.Room ?? throw new ChatProblemException(ChatProblem.Invalid("Each entry needs a room.", "room")), room.After, _ended);
        }
    }

    /// <summary>Adds rooms. One that is there already starts again from its new position. One that the application does not let the user read fails.</summary>
    /// <exception cref="ChatProblemException">There are too many rooms.</exception>
    /// <exception cref="ChatInputException">A room's id or position is not valid. No room was added.</exception>
    public async ValueTask AddAsync(IReadOnlyList<StreamedRoomRequest> rooms, CancellationToken cancellationToken)
    {
        Check(rooms);
        var allowed = new List<StreamedRoomRequest>(rooms.Count);
        foreach (var room in rooms)
        {
            if (await Caller.MayReadAsync(room.Room, cancellationToken).ConfigureAwait(false))
            {
                allowed.Add(room);
            }
            else
            {
                await FailAsync(RoomFailure.Of(room.Room, ChatProblem.NoAccess)).ConfigureAwait(false);
            }
        }

        var left = new List<StreamPresence>();
        lock (_added)
        {
            if (_added.Count + allowed.Count(room => !_added.ContainsKey(room.Room)) > _web.Options.MaxRoomsPerStream)
            {
                throw TooManyRooms();
            }

            foreach (var room in allowed)
            {
                if (_added.Remove(room.Room, out var before))
                {
                    _rooms.Remove(room.Room);
                    if (before is not null)
                    {
                        left.Add(before);
                    }
                }

                try
                {
                    _rooms.Add(room.Room, room.After);
                }
                catch (ObjectDisposedException)
                {
                    // The stream has ended meanwhile.
                    break;
                }

                _added.Add(room.Room, room.Present ? new StreamPresence(Caller.Chat.Room(room.Room).Presence, Caller.User, _web.Time) : null);
            }
        }

        await LeaveAsync(left).ConfigureAwait(false);
    }

    /// <summary>Tells the client the stream's id.</summary>
    public ValueTask WriteAsync(string id) => WriteAsync(static (sink, opened) => sink.WriteAsync(opened), new StreamOpened(id), flush: true);

    /// <summary>Removes rooms; those that are not there are ignored.</summary>
    public ValueTask RemoveAsync(IReadOnlyList<string> rooms) => LeaveAsync(TakeOut(rooms));

    /// <summary>Ends the stream when its last room leaves it. Called before rooms are added.</summary>
    public void EndWithLastRoom() => _endsWithLastRoom = true;

    private List<StreamPresence> TakeOut(IReadOnlyList<string> rooms)
    {
        var left = new List<StreamPresence>();
        lock (_added)
        {
            foreach (var room in rooms)
            {
                if (_added.Remove(room, out var presence))
                {
                    _rooms.Remove(room);
                    if (presence is not null)
                    {
                        left.Add(presence);
                    }
                }
            }
        }

        return left;
    }

    /// <summary>Ends the stream, and tells the client why.</summary>
    public void End(StreamEnd end)
    {
        Interlocked.CompareExchange(ref _end, end, null);
        try
        {
            _ending.Cancel();
        }
        catch (ObjectDisposedException)
        {
            // It has ended already.
        }
    }

    /// <summary>Asks the application again what the user may see.</summary>
    public async Task CheckAccessAsync()
    {
        try
        {
            if (!await Caller.IsStillSameAsync(_ended).ConfigureAwait(false))
            {
                End(StreamEnd.Unauthenticated);
                return;
            }

            string[] rooms;
            lock (_added)
            {
                rooms = [.. _added.Keys];
            }

            foreach (var room in rooms)
            {
                if (!await Caller.MayReadAsync(room, _ended).ConfigureAwait(false))
                {
                    await LeftAsync(room, ChatProblem.NoAccess).ConfigureAwait(false);
                }
            }

            await HideAsync().ConfigureAwait(false);
        }
        catch (SlowClientException)
        {
            await StallAsync().ConfigureAwait(false);
        }
        catch (OperationCanceledException) when (_ended.IsCancellationRequested)
        {
        }
        catch (Exception e)
        {
            // Nothing is allowed by a failure.
            WebLog.AccessFailed(_web.Logger, e);
            End(StreamEnd.Failure);
        }
    }

    /// <summary>Delivers until the stream ends. Does not throw; <see langword="false"/> if the client took no data and its connection must be cut.</summary>
    public async Task<bool> RunAsync()
    {
        try
        {
            await DeliverRoomsAsync().ConfigureAwait(false);
        }
        catch (SlowClientException)
        {
            return false;
        }
        catch (OperationCanceledException) when (_ended.IsCancellationRequested)
        {
        }
        catch (ObjectDisposedException)
        {
            End(StreamEnd.Unavailable);
        }
        catch (Exception e)
        {
            WebLog.StreamFailed(_web.Logger, e);
            End(StreamEnd.Failure);
        }

        return !_isStalled && await SayWhyAsync().ConfigureAwait(false);
    }

    public async ValueTask DisposeAsync()
    {
        await _ending.CancelAsync().ConfigureAwait(false);
        await CloseInboxAsync().ConfigureAwait(false);
        await CloseDraftsAsync().ConfigureAwait(false);
        await _rooms.DisposeAsync().ConfigureAwait(false);
        await _revocation.ConfigureAwait(false);
        StreamPresence[] left;
        lock (_added)
        {
            left = [.. _added.Values.OfType<StreamPresence>()];
            _added.Clear();
        }

        await _writing.WaitAsync().ConfigureAwait(false);
        _isClosed = true;
        _writing.Release();

        // The users leave in the background: while the store is away, nobody must wait for that.
        _ = LeaveAsync(left).AsTask();
        _ending.Dispose();
    }

    // The rooms would find out by themselves; a stream that has none at the moment would not.
    private async Task EndWhenRevokedAsync()
    {
        try
        {
            await Caller.Chat.WaitForRevocationAsync(Caller.User, _ended).ConfigureAwait(false);
            End(StreamEnd.Revoked);
        }
        catch (Exception e) when (e is OperationCanceledException or NotSupportedException or ObjectDisposedException)
        {
            // It has ended, or the store knows no revocation.
        }
        catch (ChatUnavailableException)
        {
            // A revocation may have been lost: whoever comes back is authenticated again.
            End(StreamEnd.Unavailable);
        }
        catch (Exception e)
        {
            WebLog.StreamFailed(_web.Logger, e);
            End(StreamEnd.Failure);
        }
    }

    private ChatProblemException TooManyRooms() =>
        new(ChatProblem.Invalid($"A stream has at most {_web.Options.MaxRoomsPerStream} rooms. Close some, or open another stream.", "rooms"));

    private async Task DeliverRoomsAsync()
    {
        var events = _rooms.GetAsyncEnumerator(CancellationToken.None);
        await using (events.ConfigureAwait(false))
        {
            while (true)
            {
                // What is ready goes out together: a flush is a system call.
                var next = events.MoveNextAsync();
                if (!next.IsCompleted && _sink.HasUnsent)
                {
                    await WriteAsync(static (sink, _) => default, 0, flush: true).ConfigureAwait(false);
                }

                if (!await next.ConfigureAwait(false))
                {
                    return;
                }

                await DeliverAsync(events.Current).ConfigureAwait(false);
            }
        }
    }

    private ValueTask DeliverAsync(WatchedRoomEvent current) => current.Event switch
    {
        RoomEvent.Heartbeat => WriteAsync(static (sink, _) => sink.WriteHeartbeatAsync(), 0, flush: false),
        RoomEvent.Failed { Error: ChatForbiddenException { Reason: ForbiddenReason.Revoked } } => Ended(StreamEnd.Revoked),
        RoomEvent.Failed { Error: ChatUnavailableException } => Ended(StreamEnd.Unavailable),
        RoomEvent.Failed failed => LeftAsync(current.Room, failed.Error),
        RoomEvent.RoomDeleted => DeletedAsync(current),
        _ => WriteAsync(static (sink, happened) => sink.WriteAsync(happened.Room, happened.Event), current, flush: false),
    };

    private ValueTask Ended(StreamEnd end)
    {
        End(end);
        return default;
    }

    private async ValueTask LeftAsync(string room, Exception? error)
    {
        var problem = error is null ? ChatProblem.Failure : ChatProblem.Of(error) ?? ChatProblem.Failure;
        if (problem.Status >= 500)
        {
            WebLog.RoomFailed(_web.Logger, error);
        }

        await LeftAsync(room, problem).ConfigureAwait(false);
    }

    // The client hears of it first: leaving may have to wait for the store.
    private async ValueTask LeftAsync(string room, ChatProblem problem)
    {
        var left = TakeOut([room]);
        await FailAsync(RoomFailure.Of(room, problem)).ConfigureAwait(false);
        EndIfEmpty();
        await LeaveAsync(left).ConfigureAwait(false);
    }

    private void EndIfEmpty()
    {
        if (_endsWithLastRoom)
        {
            End(StreamEnd.RoomLeft);
        }
    }

    private async ValueTask DeletedAsync(WatchedRoomEvent current)
    {
        var left = TakeOut([current.Room]);
        await WriteAsync(static (sink, happened) => sink.WriteAsync(happened.Room, happened.Event), current, flush: false).ConfigureAwait(false);
        EndIfEmpty();
        await LeaveAsync(left).ConfigureAwait(false);
    }

    /// <summary>Delivers what belongs to the user, until it is canceled. Does not throw: any other end is that of the stream.</summary>
    private async Task DeliverAsync(Func<CancellationToken, Task> deliver, CancellationToken cancellationToken)
    {
        try
        {
            await deliver(cancellationToken).ConfigureAwait(false);
        }
        catch (OperationCanceledException) when (cancellationToken.IsCancellationRequested)
        {
        }
        catch (SlowClientException)
        {
            await StallAsync().ConfigureAwait(false);
        }
        catch (ChatForbiddenException)
        {
            End(StreamEnd.Revoked);
        }
        catch (Exception e) when (e is ObjectDisposedException or ChatUnavailableException)
        {
            End(StreamEnd.Unavailable);
        }
        catch (Exception e)
        {
            WebLog.StreamFailed(_web.Logger, e);
            End(StreamEnd.Failure);
        }
    }

    private ValueTask FailAsync(RoomFailure failure) => WriteAsync(static (sink, failed) => sink.WriteAsync(failed), failure, flush: true);

    private Task StallAsync()
    {
        _isStalled = true;
        return _ending.CancelAsync();
    }

    // The last frame, unless the client is the one who left.
    private async Task<bool> SayWhyAsync()
    {
        if (Volatile.Read(ref _end) is { } end)
        {
            try
            {
                await WriteAsync(static (sink, reason) => sink.WriteAsync(reason), end, flush: true).ConfigureAwait(false);
            }
            catch (SlowClientException)
            {
                return false;
            }
            catch (OperationCanceledException)
            {
                // The client went at the same time.
            }
        }

        return true;
    }

    private async ValueTask WriteAsync<T>(Func<IClientSink, T, ValueTask> write, T value, bool flush)
    {
        await _writing.WaitAsync().ConfigureAwait(false);
        try
        {
            if (_isClosed)
            {
                // The response is over, and its connection may already carry another one.
                throw new OperationCanceledException(_ended);
            }

            await write(_sink, value).ConfigureAwait(false);
            if (flush)
            {
                await _sink.FlushAsync().ConfigureAwait(false);
            }
        }
        finally
        {
            _writing.Release();
        }
    }

    // At the same time: each may wait for the store.
    private static ValueTask LeaveAsync(IReadOnlyList<StreamPresence> left) =>
        left.Count == 0 ? default : new ValueTask(Task.WhenAll(left.Select(presence => presence.DisposeAsync().AsTask())));
}
