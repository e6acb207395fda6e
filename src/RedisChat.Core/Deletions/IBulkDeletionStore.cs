namespace RedisChat;

/// <summary>An optional ability of an <see cref="IMessageStore"/>: deleting many messages in few steps.</summary>
/// <remarks>
/// <para>
/// A deletion leaves what the same single deletions would leave, but each step takes one revision, one entry of the change log, and one event: <see cref="RoomEvent.DeletedMany"/>, which is
/// also reported when a reader catches up.
/// </para>
/// <para>Implementations are thread-safe. The conformance suite defines the contract.</para>
/// </remarks>
public interface IBulkDeletionStore
{
    /// <summary>Deletes the next messages of a selection by ascending id, atomically: at most <see cref="ChatLimits.MaxDeletedAtOnce"/>, and none if there is none left.</summary>
    /// <param name="room">The room's id.</param>
    /// <param name="messages">Which messages.</param>
    /// <param name="after">Only messages with a greater id than this: 0, or <see cref="DeletedStep.Next"/> of the step before.</param>
    /// <param name="by">
    /// Who deletes them. A user needs the right <see cref="RoomRights.ChangeOwn"/> if one of them is their own, and <see cref="RoomRights.DeleteAny"/> if one is not; both are checked in the same step.
    /// </param>
    /// <param name="reason">The reason; <see langword="null"/> for none.</param>
    /// <param name="cancellationToken">Stops waiting; the messages may still be deleted.</param>
    /// <exception cref="ChatForbiddenException">The user may not delete one of them. None of this step was deleted.</exception>
    ValueTask<DeletedStep> DeleteStepAsync(
        string room, MessageSelection messages, long after, Actor by, string? reason, CancellationToken cancellationToken = default);
}
