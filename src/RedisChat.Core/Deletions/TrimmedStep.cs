namespace RedisChat;

/// <summary>One step of trimming a room: see <see cref="IRetentionStore"/>.</summary>
/// <param name="Deleted">How many messages it deleted.</param>
/// <param name="Next">When the next messages may go, counted from now: zero if there may be some already; <see langword="null"/> if that depends on messages to come.</param>
public sealed record TrimmedStep(long Deleted, TimeSpan? Next);
