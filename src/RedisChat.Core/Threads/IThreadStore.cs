namespace RedisChat;

/// <summary>An optional ability of an <see cref="IMessageStore"/>: threads.</summary>
/// <remarks>
/// <para>
/// A store with this ability accepts the ids of threads (<see cref="ThreadId.RoomId"/>) wherever it takes the id of a room, and keeps a history, members, read markers and all else for each.
/// The rules of the thread's room hold, and the rights and restrictions that this room gives its members; a thread has none of its own. Members of a thread are those who follow it: see
/// <see cref="IMemberStore.ReadMemberAsync"/>.
/// </para>
/// <para>
/// An append to a thread fails with <see cref="ChatParentNotFoundException"/> if the message that it belongs to does not exist in that step. In the same step as the append, or as a deletion of
/// replies, the room gets a new <see cref="ThreadSummary"/> of the thread, and raises <see cref="RoomEvent.ThreadChanged"/>, once for all messages that are stored together. The deletion of a message closes its thread.
/// The deletion of a room deletes its threads. Implementations are thread-safe. The conformance suite defines the contract.
/// </para>
/// </remarks>
public interface IThreadStore
{
    /// <summary>Lists threads whose messages were deleted, and which were not deleted themselves.</summary>
    /// <param name="room">The room's id.</param>
    /// <param name="messageId">The only thread that is wanted; <see langword="null"/> for all.</param>
    /// <param name="cancellationToken">Stops waiting.</param>
    /// <returns>The messages that they belonged to.</returns>
    ValueTask<IReadOnlyList<long>> ReadClosedThreadsAsync(string room, long? messageId, CancellationToken cancellationToken = default);

    /// <summary>Forgets a closed thread, after it was deleted like a room. Does nothing if it is not there, or not closed.</summary>
    /// <param name="room">The room's id.</param>
    /// <param name="messageId">The message that it belonged to.</param>
    /// <param name="cancellationToken">Stops waiting.</param>
    ValueTask ForgetThreadAsync(string room, long messageId, CancellationToken cancellationToken = default);
}
