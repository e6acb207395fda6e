namespace RedisChat;

/// <summary>Stores the messages of rooms: a numbered history for each room, see <see cref="RoomPosition"/>.</summary>
/// <remarks>
/// <para>
/// Applications call <see cref="Chat"/>, which checks its input and retries; a store may assume valid arguments. The conformance
/// suite (src/RedisChat.Conformance) is the definition of this contract.
/// </para>
/// <para>
/// Implementations are thread-safe. A room exists once a message was appended to it; a room that does not exist reads as empty, at
/// <see cref="RoomPosition.Start"/>.
/// </para>
/// <para>
/// A store that cannot reach its server throws <see cref="ChatUnavailableException"/>, which says whether the operation may have happened.
/// If the token is canceled after something was sent, the store throws <see cref="OperationCanceledException"/>, and the operation may have
/// happened; if a wait is canceled before anything was sent, it throws <see cref="ChatUnavailableException"/>.
/// A call that needs an ability the store lacks throws a <see cref="NotSupportedException"/> that names both.
/// </para>
/// </remarks>
public interface IMessageStore
{
    /// <summary>
    /// Whether the store recognizes a second append with the same <see cref="NewMessage.IdempotencyKey"/>, so that a failed append can be
    /// repeated without duplicating the message. If not, messages have a key only if the caller gave one, and the store then throws
    /// <see cref="NotSupportedException"/>.
    /// </summary>
    bool RecognizesRepeatedAppends { get; }

    /// <summary>
    /// An optional ability of the store, such as <see cref="IDurableStore"/>, <see cref="IStoreHealth"/> or <see cref="IServerInspection"/>;
    /// <see langword="null"/> if the store lacks it. A store that implements the interface itself needs no code for this.
    /// </summary>
    /// <param name="ability">The interface.</param>
    object? GetAbility(Type ability) => ability.IsInstanceOfType(this) ? this : null;

    /// <summary>
    /// Appends messages to a room atomically, in order, with no other message between them. Duplicates keep their original place.
    /// </summary>
    /// <param name="room">The room's id.</param>
    /// <param name="messages">1 to <see cref="ChatLimits.MaxBatchSize"/> messages, each with an idempotency key if <see cref="RecognizesRepeatedAppends"/>.</param>
    /// <param name="cancellationToken">Stops waiting; messages that were already sent may still be stored.</param>
    /// <returns>A receipt for each message, in the same order.</returns>
    /// <exception cref="ChatIdempotencyConflictException">The same user already used a key for a different text, different metadata, or a reply to a different message.</exception>
    /// <exception cref="ChatParentNotFoundException">A message replies to one that does not exist, and was not stored before. None is stored.</exception>
    ValueTask<IReadOnlyList<MessageReceipt>> AppendAsync(
        string room, IReadOnlyList<NewMessage> messages, CancellationToken cancellationToken = default);

    /// <summary>Reads one message.</summary>
    /// <param name="room">The room's id.</param>
    /// <param name="id">The message's id, at least 1.</param>
    /// <param name="cancellationToken">Stops waiting.</param>
    /// <returns>The message, or <see langword="null"/> if it does not exist: it never did, or was deleted.</returns>
    /// <exception cref="ChatDataException">The stored value is not a message.</exception>
    ValueTask<Message?> GetAsync(string room, long id, CancellationToken cancellationToken = default);

    /// <summary>Reads a page.</summary>
    /// <param name="room">The room's id.</param>
    /// <param name="query">The page's query.</param>
    /// <param name="cancellationToken">Stops waiting.</param>
    ValueTask<MessagePage> ReadAsync(string room, MessageQuery query, CancellationToken cancellationToken = default);

    /// <summary>Edits or deletes a message, if nobody changed it since it was read; otherwise decides again from its new state.</summary>
    /// <param name="room">The room's id.</param>
    /// <param name="id">The message's id, at least 1.</param>
    /// <param name="decide">
    /// Turns the current state of the message into a decision. The store sets the version and the time of an edit. May be called
    /// several times, and may throw to give up.
    /// </param>
    /// <param name="cancellationToken">Stops waiting; a change that was already sent may still happen.</param>
    ValueTask<MessageChange> ChangeAsync(
        string room, long id, Func<Message, MessageDecision> decide, CancellationToken cancellationToken = default);

    /// <summary>Reads what happened since a position: see <see cref="RoomChanges"/>.</summary>
    /// <remarks>
    /// If the store cannot continue from a position (a different epoch, a different stamp, a revision that the change log does not have), the result is a
    /// single <see cref="RoomEvent.Gap"/>, never a partial answer. An edit that is made during the read may be reported again by the next one.
    /// </remarks>
    /// <param name="room">The room's id.</param>
    /// <param name="after">What the reader has seen.</param>
    /// <param name="limit">
    /// The most changes and new messages to return, at least 1. A new message brings what belongs to it as further events, such as <see cref="RoomEvent.Reacted"/>,
    /// which are not counted.
    /// </param>
    /// <param name="cancellationToken">Stops waiting.</param>
    ValueTask<RoomChanges> ReadChangesAsync(
        string room, RoomPosition after, int limit, CancellationToken cancellationToken = default);

    /// <summary>Streams a room's events live, each exactly once, in the same order for every watcher.</summary>
    /// <remarks>
    /// The stream survives any outage of the store. It ends only when it is canceled, when the store is disposed, with an error that waiting does not fix, or, without an error, after
    /// <see cref="RoomEvent.RoomDeleted"/>.
    /// Each watcher reads at its own pace; a slow one does not delay the others and holds a bounded amount of memory. Disposing the enumerator ends the
    /// stream even while an event is awaited; the wait then completes without an event.
    /// </remarks>
    /// <param name="room">The room's id; it need not exist yet.</param>
    /// <param name="options">Where to start, and how to watch. Once the watcher has caught up, it receives <see cref="RoomEvent.CaughtUp"/>, once.</param>
    /// <param name="cancellationToken">
    /// Ends the stream with an <see cref="OperationCanceledException"/> that carries this token, before any further event.
    /// </param>
    /// <exception cref="ObjectDisposedException">When enumerated: the store was disposed.</exception>
    IAsyncEnumerable<RoomEvent> WatchAsync(string room, WatchOptions options, CancellationToken cancellationToken = default);
}
