namespace RedisChat;

/// <summary>One step of archiving a room: see <see cref="IArchivingStore"/>; or all steps of <see cref="ChatRoom.ArchiveMessagesAsync"/>.</summary>
/// <param name="Moved">How many runs of 128 ids it moved to the archive.</param>
/// <param name="Next">When the next step may find something to do, counted from now: zero if there may be something already; <see langword="null"/> if that depends on messages to come.</param>
public sealed record ArchivedStep(int Moved, TimeSpan? Next)
{
    /// <summary>
    /// Whether messages that may go have to wait until <see cref="Next"/>: because the room was prepared for its archive only a moment ago (see docs/operations.md), or was changed during the step, or because the archive refused a copy.
    /// </summary>
    public bool IsWaiting { get; init; }
}
