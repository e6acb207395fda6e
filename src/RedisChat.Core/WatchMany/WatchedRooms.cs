namespace RedisChat;

/// <summary>
/// The live events of many rooms as one stream. Rooms can be added and removed while it is enumerated. Created by <c>Chat.WatchManyAsync</c>.
/// </summary>
/// <remarks>
/// <para>
/// Each room is watched as <see cref="Chat.WatchAsync(string, WatchOptions, CancellationToken)"/> watches it: each event once, in order, with catching up
/// and <see cref="RoomEvent.Gap"/>. Events of different rooms have no order.
/// </para>
/// <para>
/// The rooms take turns. Once an event of a room is ready, at most one event of each other room is delivered before it, however many of those are waiting.
/// Each room has at most one event ready; the next one is requested when the stream asks for another event, so a slow consumer uses no more
/// memory than slow watchers of these rooms.
/// </para>
/// <para>
/// If a room fails, its last event is <see cref="RoomEvent.Failed"/>; if it is deleted, <see cref="RoomEvent.RoomDeleted"/>. It has then left the stream, can be added again, and the other rooms continue. The
/// stream itself ends only on cancellation, with an <see cref="OperationCanceledException"/> that carries the token; with
/// <see cref="ObjectDisposedException"/> when the store is disposed; or when it is disposed. A stream without rooms waits for one.
/// </para>
/// <para>
/// Nothing is watched until the stream is enumerated, which is possible once. The end of the enumeration, for example of an <c>await foreach</c>, disposes
/// the stream. <see cref="Add"/>, <see cref="Remove"/> and <see cref="DisposeAsync"/> are thread-safe; the enumerator, like any other, is for one consumer at a time.
/// </para>
/// </remarks>
public sealed class WatchedRooms : IAsyncEnumerable<WatchedRoomEvent>, IAsyncDisposable
{
    private readonly IMessageStore _store;
    private readonly WatchOptions _options;
    private readonly MergedRooms _rooms;
    private readonly TimeProvider _time;
    private readonly UserSessions? _sessions;
    private readonly string? _user;

    internal WatchedRooms(IMessageStore store, UserSessions? sessions, WatchManyOptions options, OperationRunner runner, CancellationToken cancellationToken)
    {
        (_store, _sessions, _time, _user) = (store, sessions, runner.Time, options.As);
        _options = options.MaxCatchUp is { } limit ? new WatchOptions { MaxCatchUp = limit } : WatchOptions.FromNow;
        _rooms = new MergedRooms(options.Heartbeat, runner, cancellationToken);
    }

    /// <summary>Adds a room. If the stream is being enumerated, the room is watched from now on.</summary>
    /// <param name="room">The room's id; it need not exist yet.</param>
    /// <param name="after">
    /// What the consumer has seen of the room: it first receives the events since then. If omitted, it starts with the events from now on. Either way,
    /// <see cref="RoomEvent.CaughtUp"/> announces that live events of this room follow.
    /// </param>
    /// <exception cref="ChatInputException">The room's id or the position is not valid, or the room is already in the stream.</exception>
    /// <exception cref="NotSupportedException">The store cannot be watched.</exception>
    /// <exception cref="ObjectDisposedException">The stream has ended.</exception>
    public void Add(string room, RoomPosition? after = null)
    {
        if (!TryAdd(room, after))
        {
            throw new ChatInputException("The room is already in the stream. Remove it first to watch it from another position.", nameof(room));
        }
    }

    /// <summary>Adds a room, unless it is in the stream.</summary>
    /// <returns>Whether it was added.</returns>
    internal bool TryAdd(string room, RoomPosition? after = null)
    {
        ChatInput.CheckRoom(room, _store);
        ChatInput.CheckPosition(after ?? RoomPosition.Start, nameof(after));
        var options = after is null ? _options : _options with { After = after };

        // The stream ends its rooms itself, so that they need no registration with the caller's token.
        var events = _store.WatchAsync(room, options, CancellationToken.None);
        events = _user is null ? events : new ReaderEvents(events, _store, _sessions, room, _user, _time, CancellationToken.None);
        return _rooms.TryAdd(new StreamedRoom(_rooms, room, events, after ?? RoomPosition.Start));
    }

    /// <summary>Removes a room, and stops watching it in the background.</summary>
    /// <remarks>
    /// The consumer keeps the event that it has just received, even if it is of this room. After that it receives no event of the room, including those
    /// that were ready, unless the room is added again.
    /// </remarks>
    /// <param name="room">The room's id.</param>
    /// <returns>Whether the room was in the stream.</returns>
    /// <exception cref="ChatInputException">The room's id is not valid.</exception>
    public bool Remove(string room)
    {
        ChatInput.CheckRoom(room, _store);
        return _rooms.Remove(room);
    }

    /// <summary>Starts to watch the rooms.</summary>
    /// <param name="cancellationToken">Ends the stream, as the token of <c>WatchManyAsync</c> does.</param>
    /// <exception cref="InvalidOperationException">The stream has been enumerated before.</exception>
    public IAsyncEnumerator<WatchedRoomEvent> GetAsyncEnumerator(CancellationToken cancellationToken = default) =>
        _rooms.Enumerate(cancellationToken);

    /// <summary>Ends the stream and returns once no room is watched any more. An event that is awaited does not come: the enumeration ends.</summary>
    public ValueTask DisposeAsync() => _rooms.DisposeAsync();
}
