namespace RedisChat.Redis;

/// <summary>Reports erasures to a reader that catches up. In the change log: <c>u:ids</c>.</summary>
internal sealed class ChangedErasures : IChangedSubjects
{
    public bool Handles(char kind) => kind == ErasureChange.Kind;

    public bool IsValid(in ChangeLogEntry entry) => ErasureEvents.TryReadIds(entry.Subject, out _);

    // As for deletions: a reader that loaded a page after a gap may know messages that are newer than the gap. One at the start knows nothing.
    public bool Concerns(in ChangeLogEntry entry, RoomPosition after) => after.MessageId > 0 || after.Revision > 0;

    public Task<IReadOnlyList<RoomEvent>> ReadAsync(ChangedRoom room, IReadOnlyList<ChangeLogEntry> entries) =>
        Task.FromResult<IReadOnlyList<RoomEvent>>(
        [
            .. entries.Select(entry => new RoomEvent.UserErased(ErasureEvents.TryReadIds(entry.Subject, out var ids) ? ids : [], IChangedSubjects.At(room, entry))),
        ]);
}
