namespace RedisChat.Redis;

/// <summary>Reports messages that were deleted together to a reader that catches up: each run as one event.</summary>
internal sealed class ChangedRuns : IChangedSubjects
{
    public bool Handles(char kind) => kind == DeletedRun.Kind;

    public bool IsValid(in ChangeLogEntry entry) => DeletedRun.TryReadIds(entry.Subject, out _);

    // As for single deletions: a reader that loaded a page after a gap may know messages that are newer than the gap. One at the start knows none.
    public bool Concerns(in ChangeLogEntry entry, RoomPosition after) => after.MessageId > 0 || after.Revision > 0;

    public Task<IReadOnlyList<RoomEvent>> ReadAsync(ChangedRoom room, IReadOnlyList<ChangeLogEntry> entries) =>
        Task.FromResult<IReadOnlyList<RoomEvent>>(
        [
            .. entries.Select(entry => DeletedRun.Event(
                DeletedRun.TryReadIds(entry.Subject, out var ids) ? ids : [], IChangedSubjects.At(room, entry), DeletedRun.DetailsOf(entry))),
        ]);
}
