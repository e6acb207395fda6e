namespace RedisChat;

/// <summary>An optional ability of an <see cref="IMessageStore"/>: keeping the old messages of rooms in an <see cref="IRoomArchive"/>.</summary>
/// <remarks>
/// <para>What a reader gets does not depend on where a message is. A store that has nothing to gain from an archive, because it keeps everything in memory, may ignore it.</para>
/// <para>Implementations are thread-safe.</para>
/// </remarks>
public interface IArchivingStore
{
    /// <summary>Sets the archive. Call it before the store is used, and in all processes that share rooms.</summary>
    /// <param name="archive">The archive. The store does not dispose it.</param>
    void UseArchive(IRoomArchive archive);

    /// <summary>Moves the next messages to the archive, a bounded number of runs of 128 ids, and moves back those that were taken out to be changed.</summary>
    /// <param name="room">The room's id.</param>
    /// <param name="policy">What stays. Without limits, only what was taken out is moved back.</param>
    /// <param name="cancellationToken">Stops waiting; the messages may still be moved.</param>
    /// <exception cref="ChatArchiveException">The archive failed. Nothing was removed from the store.</exception>
    ValueTask<ArchivedStep> ArchiveStepAsync(string room, ArchivePolicy policy, CancellationToken cancellationToken = default);

    /// <summary>Counts what <see cref="ArchiveStepAsync"/> would move, and changes nothing. What was taken out to be changed is not counted.</summary>
    /// <param name="room">The room's id.</param>
    /// <param name="policy">What stays.</param>
    /// <param name="skip">How many runs of 128 ids to leave out, because earlier calls have counted them.</param>
    /// <param name="cancellationToken">Stops waiting.</param>
    /// <returns>How many of the runs after those would be moved, up to a bounded number; <see cref="ArchivedStep.Next"/> is zero if there may be more.</returns>
    ValueTask<ArchivedStep> PreviewStepAsync(string room, ArchivePolicy policy, long skip, CancellationToken cancellationToken = default);
}
