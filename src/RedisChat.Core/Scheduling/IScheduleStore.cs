namespace RedisChat;

/// <summary>An optional ability of an <see cref="IMessageStore"/>: scheduled messages.</summary>
/// <remarks>
/// <para>
/// The store keeps them, and says which are due; a process that runs <see cref="Chat.RunScheduleAsync"/> sends them. Sending one appends the message and removes it from the schedule in one atomic step, so
/// whatever fails, and however many processes try, it is sent at most once; and it stays in the schedule until it is sent or canceled.
/// </para>
/// <para>Implementations are thread-safe. The conformance suite defines the contract.</para>
/// </remarks>
public interface IScheduleStore
{
    /// <summary>Adds a message to the schedule.</summary>
    /// <param name="message">The message.</param>
    /// <param name="cancellationToken">Stops waiting; it may still be scheduled.</param>
    /// <returns>The message; or the one that the room's schedule already has under this id, which then stays as it is.</returns>
    /// <exception cref="ChatLimitException">The user has <see cref="ChatLimits.MaxScheduledMessages"/> scheduled messages in the room.</exception>
    /// <exception cref="ChatForbiddenException">The user is being erased.</exception>
    ValueTask<ScheduledMessage> ScheduleAsync(ScheduledMessage message, CancellationToken cancellationToken = default);

    /// <summary>Lists the scheduled messages of a user in a room, in no particular order.</summary>
    /// <param name="room">The room's id.</param>
    /// <param name="user">The user's id.</param>
    /// <param name="cancellationToken">Stops waiting.</param>
    ValueTask<IReadOnlyList<ScheduledMessage>> ListScheduledAsync(string room, string user, CancellationToken cancellationToken = default);

    /// <summary>Changes a scheduled message, unless it was sent or canceled. If another change comes first, decides again.</summary>
    /// <param name="room">The room's id.</param>
    /// <param name="user">The user's id.</param>
    /// <param name="id">The scheduled message's id.</param>
    /// <param name="decide">Turns the present state into the new one. May be called several times.</param>
    /// <param name="cancellationToken">Stops waiting; it may still be changed.</param>
    /// <returns>The new state; <see langword="null"/> if there is no such message any more.</returns>
    ValueTask<ScheduledMessage?> ChangeScheduledAsync(
        string room, string user, string id, Func<ScheduledMessage, ScheduledMessage> decide, CancellationToken cancellationToken = default);

    /// <summary>Removes a message from the schedule.</summary>
    /// <param name="room">The room's id.</param>
    /// <param name="user">The user's id.</param>
    /// <param name="id">The scheduled message's id.</param>
    /// <param name="cancellationToken">Stops waiting; it may still be canceled.</param>
    /// <returns>Whether it was there. If so, it is not sent.</returns>
    ValueTask<bool> CancelScheduledAsync(string room, string user, string id, CancellationToken cancellationToken = default);

    /// <summary>Claims messages that are due. While the claim lasts, no other process is given them.</summary>
    /// <param name="lease">How long the claim lasts. A message that is neither sent nor settled by then is claimed again.</param>
    /// <param name="atMost">About how many messages to claim.</param>
    /// <param name="cancellationToken">Stops waiting; messages may still be claimed.</param>
    ValueTask<DueMessages> ClaimDueAsync(TimeSpan lease, int atMost, CancellationToken cancellationToken = default);

    /// <summary>Appends a scheduled message and removes it from the schedule, in one atomic step, if it is still as it was claimed.</summary>
    /// <param name="due">The scheduled message.</param>
    /// <param name="message">What to append, with an idempotency key.</param>
    /// <param name="durability">The level to wait for.</param>
    /// <param name="cancellationToken">Stops waiting; it may still be sent.</param>
    /// <returns>The receipt; <see langword="null"/> if the message is not scheduled any more as it was claimed: it was sent, changed or canceled.</returns>
    /// <exception cref="ChatForbiddenException">The room's rules do not allow it. It is still scheduled.</exception>
    ValueTask<MessageReceipt?> SendScheduledAsync(DueMessage due, NewMessage message, Durability durability, CancellationToken cancellationToken = default);

    /// <summary>Ends a claim, unless the message was changed since it was claimed: then it is due when the change says.</summary>
    /// <param name="due">The message.</param>
    /// <param name="again">When the message is due again, counted from now; <see langword="null"/> if it was sent, canceled or failed.</param>
    /// <param name="cancellationToken">Stops waiting.</param>
    ValueTask SettleAsync(DueMessage due, TimeSpan? again, CancellationToken cancellationToken = default);
}
