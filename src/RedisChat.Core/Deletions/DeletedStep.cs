namespace RedisChat;

/// <summary>One step of a deletion of many messages: see <see cref="IBulkDeletionStore"/>.</summary>
/// <param name="Deleted">How many messages it deleted.</param>
/// <param name="Next">The last id that was dealt with, to pass to the next step; <see langword="null"/> if nothing is left to do.</param>
/// <param name="Last">The room's last message id.</param>
public sealed record DeletedStep(long Deleted, long? Next, long Last);
