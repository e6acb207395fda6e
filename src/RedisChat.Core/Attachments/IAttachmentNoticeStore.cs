namespace RedisChat;

/// <summary>An optional ability of an <see cref="IMessageStore"/>: messages with attachments, and notices of those that messages no longer refer to.</summary>
/// <remarks>
/// <para>
/// A room is tracked from the first message with attachments that is appended or edited through a store on which <see cref="KeepNotices"/> was called; so is each thread by itself. In a tracked room every deletion
/// of a message and every edit that removes an address keeps a notice in the same atomic step, and the deletion of the room or thread does for all messages. Before that step, the room is added to those that need
/// upkeep (<see cref="IUpkeepStore"/>); a thread's notices are those of its room. Notices outlive their room.
/// </para>
/// <para>Implementations are thread-safe. The conformance suite defines the contract.</para>
/// </remarks>
public interface IAttachmentNoticeStore
{
    /// <summary>From now on, rooms are tracked in which messages with attachments are stored through this store.</summary>
    void KeepNotices();

    /// <summary>Reads notices of a room and its threads.</summary>
    /// <param name="room">The room's id, not that of a thread. The room need not exist any more.</param>
    /// <param name="limit">About how many, at least 1.</param>
    /// <param name="cancellationToken">Stops waiting.</param>
    /// <returns>Notices in any order; empty if there are none.</returns>
    ValueTask<IReadOnlyList<AttachmentNotice>> ReadNoticesAsync(string room, int limit, CancellationToken cancellationToken = default);

    /// <summary>Forgets notices.</summary>
    /// <param name="room">The room's id.</param>
    /// <param name="notices">The notices, as they were read.</param>
    /// <param name="cancellationToken">Stops waiting; they may still be forgotten.</param>
    ValueTask RemoveNoticesAsync(string room, IReadOnlyList<AttachmentNotice> notices, CancellationToken cancellationToken = default);
}
