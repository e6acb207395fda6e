namespace RedisChat.AspNetCore;

/// <content>The rooms, and the user's presence in them.</content>
internal sealed partial class ClientStream
{
    private readonly WatchedRooms _rooms;
    private readonly Dictionary<string, StreamPresence?> _added = [];
    private bool _endsWithLastRoom;

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

    private ValueTask FailAsync(RoomFailure failure) => WriteAsync(static (sink, failed) => sink.WriteAsync(failed), failure, flush: true);

    // At the same time: each may wait for the store.
    private static ValueTask LeaveAsync(IReadOnlyList<StreamPresence> left) =>
        left.Count == 0 ? default : new ValueTask(Task.WhenAll(left.Select(presence => presence.DisposeAsync().AsTask())));
}
