namespace RedisChat;

/// <summary>Keeps the messages of rooms: a numbered history for each, see <see cref="RoomPosition"/>.</summary>
/// <remarks>
/// <para>
/// Applications call <see cref="Chat"/>, which checks its input and retries; a store may take its arguments as valid. The conformance
/// suite (src/RedisChat.Conformance) is the definition of this contract.
/// </para>
/// <para>
/// Implementations are thread-safe. A room exists once something was appended to it; reading a room that does not exist gives nothing,
/// at <see cref="RoomPosition.Start"/>.
/// </para>
/// <para>
/// A store that cannot reach what it keeps messages in throws <see cref="ChatUnavailableException"/> and says whether the operation
/// may have happened. When the token is cancelled after something was sent it throws <see cref="OperationCanceledException"/>, and the operation may have
/// happened; a cancelled wait before anything was sent is a <see cref="ChatUnavailableException"/>.
/// An ability that a store lacks is a <see cref="NotSupportedException"/> that names both.
/// </para>
/// </remarks>
public interface IMessageStore
{
    /// <summary>
    /// Whether appending again under the same <see cref="NewMessage.IdempotencyKey"/> is recognised, so that a failed append may be
    /// repeated without doubling the message. If not, messages come without a key unless the caller gave one, which is then a
    /// <see cref="NotSupportedException"/>.
    /// </summary>
    bool RecognizesRepeatedAppends { get; }

    /// <summary>
    /// An optional ability of the store, such as <see cref="IDurableStore"/>, <see cref="IStoreHealth"/> or <see cref="IServerInspection"/>;
    /// <see langword="null"/> if it lacks it. A store that implements the interface itself needs no code for this.
    /// </summary>
    /// <param name="ability">The interface.</param>
    object? GetAbility(Type ability) => ability.IsInstanceOfType(this) ? this : null;

    /// <summary>
    /// Appends messages to a room, in their order, all of them or none, with no other message between them (those that are duplicates
    /// keep their old place).
    /// </summary>
    /// <param name="room">The room's id.</param>
    /// <param name="messages">1 to <see cref="ChatLimits.MaxBatchSize"/> messages, each with an idempotency key if <see cref="RecognizesRepeatedAppends"/>.</param>
    /// <param name="cancellationToken">Stops waiting; what was sent may still happen.</param>
    /// <returns>A receipt for each message, in the same order.</returns>
    /// <exception cref="ChatIdempotencyConflictException">A key was used before by the same user for another text or other metadata.</exception>
    ValueTask<IReadOnlyList<MessageReceipt>> AppendAsync(
        string room, IReadOnlyList<NewMessage> messages, CancellationToken cancellationToken = default);

    /// <summary>Reads one message.</summary>
    /// <param name="room">The room's id.</param>
    /// <param name="id">The message's id, at least 1.</param>
    /// <param name="cancellationToken">Stops waiting.</param>
    /// <returns>The message, or <see langword="null"/> if there is none of that id (never was, or deleted).</returns>
    /// <exception cref="ChatDataException">What is stored there is no message.</exception>
    ValueTask<Message?> GetAsync(string room, long id, CancellationToken cancellationToken = default);

    /// <summary>Reads a page.</summary>
    /// <param name="room">The room's id.</param>
    /// <param name="query">Which page.</param>
    /// <param name="cancellationToken">Stops waiting.</param>
    ValueTask<MessagePage> ReadAsync(string room, MessageQuery query, CancellationToken cancellationToken = default);

    /// <summary>Changes or deletes a message, only if nobody else changed it meanwhile; else tries again from its new state.</summary>
    /// <param name="room">The room's id.</param>
    /// <param name="id">The message's id, at least 1.</param>
    /// <param name="decide">
    /// From the present state of the message to what to do with it. The store numbers the version of an edit and sets its time. May be called
    /// several times, and may throw to give up.
    /// </param>
    /// <param name="cancellationToken">Stops waiting; what was sent may still happen.</param>
    ValueTask<MessageChange> ChangeAsync(
        string room, long id, Func<Message, MessageDecision> decide, CancellationToken cancellationToken = default);

    /// <summary>Reads what happened since a position: see <see cref="RoomChanges"/>.</summary>
    /// <remarks>
    /// Where a position cannot be continued (another epoch, a stamp that differs, a revision that the change log does not know), the answer is a
    /// single <see cref="RoomEvent.Gap"/>, never a part of the truth. An edit made during the read may be told again by the next one.
    /// </remarks>
    /// <param name="room">The room's id.</param>
    /// <param name="after">What the reader has seen.</param>
    /// <param name="limit">The most events to return, at least 1.</param>
    /// <param name="cancellationToken">Stops waiting.</param>
    ValueTask<RoomChanges> ReadChangesAsync(
        string room, RoomPosition after, int limit, CancellationToken cancellationToken = default);

    /// <summary>Tells what happens in a room as it happens: each event once, in one order for all watchers.</summary>
    /// <remarks>
    /// The stream outlasts any time without a store, and ends only by cancellation or an error that waiting does not mend. Each watcher reads at its own
    /// pace; a slow one delays no other and holds a bounded amount of memory.
    /// </remarks>
    /// <param name="room">The room's id; it need not exist yet.</param>
    /// <param name="after">
    /// What the watcher has seen: it is told first what happened since. <see langword="null"/> to begin with what happens from now on. Either way
    /// <see cref="RoomEvent.CaughtUp"/> says that live events follow.
    /// </param>
    /// <param name="cancellationToken">Ends the stream with <see cref="OperationCanceledException"/>.</param>
    IAsyncEnumerable<RoomEvent> WatchAsync(string room, RoomPosition? after = null, CancellationToken cancellationToken = default);
}
