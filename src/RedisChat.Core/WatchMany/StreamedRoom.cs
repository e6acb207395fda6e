using Microsoft.Extensions.Logging;

namespace RedisChat;

/// <summary>A room of a stream: its events, of which at most one is awaited or ready. Guarded by the lock of the stream.</summary>
internal sealed class StreamedRoom
{
    private readonly MergedRooms _rooms;
    private readonly Action _onArrived;
    private IAsyncEnumerable<RoomEvent>? _source;
    private IAsyncEnumerator<RoomEvent>? _events;
    private ValueTask<bool> _awaited;

    public StreamedRoom(MergedRooms rooms, string id, IAsyncEnumerable<RoomEvent> events, RoomPosition position)
    {
        _rooms = rooms;
        _source = events;
        _onArrived = OnArrived;
        Id = id;
        Position = position;
    }

    public enum Turn
    {
        /// <summary>The room is not watched yet.</summary>
        NotStarted,

        /// <summary>A thread is requesting the next event. Only that thread may end the watch.</summary>
        Asking,

        /// <summary>The next event is awaited.</summary>
        Awaiting,

        /// <summary>The next event, or the room's failure, is in the queue.</summary>
        Ready,

        /// <summary>The consumer has the event, and the next one has not been requested.</summary>
        Delivered,

        /// <summary>Someone is ending the watch, or it has ended.</summary>
        Ended,
    }

    public string Id { get; }

    public Turn State { get; set; }

    /// <summary>Whether the room has left the stream.</summary>
    public bool IsRemoved { get; private set; }

    /// <summary>The room's last event, if it is that one that is ready: the room cannot be watched any more, or was deleted.</summary>
    public RoomEvent? Final { get; private set; }

    /// <summary>The position of the last event that was delivered; at first, that from which the room is watched.</summary>
    public RoomPosition Position { get; private set; }

    /// <summary>The room behind this one in the queue.</summary>
    public StreamedRoom? Next { get; set; }

    /// <summary>The room before this one in the queue.</summary>
    public StreamedRoom? Previous { get; set; }

    /// <summary>Records that this thread requests the next event.</summary>
    public void Ask() => State = Turn.Asking;

    /// <summary>Records that an event, or the failure of the watch, is ready.</summary>
    /// <param name="error">Why the room cannot be watched; <see langword="null"/> if there is an event.</param>
    /// <returns>Whether the room has no further events, so that the caller must end the watch.</returns>
    public bool GetReady(Exception? error)
    {
        State = Turn.Ready;
        Final = error is not null ? new RoomEvent.Failed(Position) { Error = error } : _events!.Current as RoomEvent.RoomDeleted;
        return Final is not null;
    }

    /// <summary>Takes the event that is ready.</summary>
    public RoomEvent Take()
    {
        var happened = _events!.Current;
        Position = happened.Position;
        return happened;
    }

    /// <summary>Records that the room leaves the stream.</summary>
    /// <returns>Whether the caller must end the watch.</returns>
    public bool Leave()
    {
        IsRemoved = true;
        if (State == Turn.Asking)
        {
            return false;
        }

        var mustEnd = State is Turn.Awaiting or Turn.Ready or Turn.Delivered && Final is null;
        State = Turn.Ended;
        return mustEnd;
    }

    /// <summary>Requests the next event. Not under the lock, because this runs the store's code.</summary>
    public ValueTask<bool> MoveNextAsync()
    {
        try
        {
            if (_source is { } source)
            {
                _source = null;
                ChatTelemetry.Watching(+1);
                _events = source.GetAsyncEnumerator(CancellationToken.None);
            }

            return _events!.MoveNextAsync();
        }
        catch (Exception e)
        {
            return ValueTask.FromException<bool>(e);
        }
    }

    /// <summary>Has the stream called when the event that was requested arrives.</summary>
    public void Await(ValueTask<bool> next)
    {
        _awaited = next;
        next.GetAwaiter().UnsafeOnCompleted(_onArrived);
    }

    /// <summary>Takes the result of a request.</summary>
    /// <returns><see langword="null"/> if there is an event; otherwise why the watch has ended.</returns>
    public Exception? ResultOf(ValueTask<bool> next)
    {
        Exception error;
        try
        {
            if (next.GetAwaiter().GetResult())
            {
                return null;
            }

            error = new ChatException("The store has ended the watch of this room without a reason.");
        }
        catch (Exception e)
        {
            error = e;
        }

        (error as ChatException)?.Complete(Id, ChatOperations.Watch);
        return error;
    }

    /// <summary>Ends the watch. Never fails, because nobody could handle that: the stream continues without the room.</summary>
    public async Task EndAsync(ILogger logger)
    {
        try
        {
            if (_events is not null)
            {
                await _events.DisposeAsync().ConfigureAwait(false);
            }
        }
        catch (Exception e)
        {
            ChatLog.EndingWatchFailed(logger, e);
        }

        ChatTelemetry.Watching(-1);
    }

    private void OnArrived()
    {
        var next = _awaited;
        _awaited = default;
        _rooms.Arrived(this, next, isOwnWorkItem: true);
    }
}
