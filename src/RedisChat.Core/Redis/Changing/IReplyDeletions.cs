namespace RedisChat.Redis;

/// <summary>Keeps the summary of a thread exact when replies are deleted.</summary>
internal interface IReplyDeletions
{
    /// <summary>Reads what a deletion must know of a thread.</summary>
    /// <param name="room">The room.</param>
    /// <param name="messageIds">The messages that are to be deleted.</param>
    /// <param name="cancellationToken">Stops waiting.</param>
    /// <returns>What to add to the deletion; <see langword="null"/> if the room is no thread.</returns>
    ValueTask<ReplyDeletion?> BeginAsync(string room, IReadOnlyCollection<long> messageIds, CancellationToken cancellationToken);
}
