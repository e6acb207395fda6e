namespace RedisChat;

/// <summary>One step of archiving a room: see <see cref="IArchivingStore"/>.</summary>
/// <param name="Moved">How many runs of 128 ids it moved to the archive.</param>
/// <param name="Next">When the next step may find something to do, counted from now: zero if there may be something already; <see langword="null"/> if that depends on messages to come.</param>
public sealed record ArchivedStep(int Moved, TimeSpan? Next);
