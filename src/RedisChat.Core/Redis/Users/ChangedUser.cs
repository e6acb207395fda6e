namespace RedisChat.Redis;

/// <summary>Reports what changed in a user's scope to a reader that catches up. Nothing is read: the events only name what changed.</summary>
/// <param name="kind">The kind of the entries. Each has an instance of its own, because a room may have the name of another kind's subject.</param>
/// <param name="happened">Makes the event, from what changed and its position.</param>
internal sealed class ChangedUser(char kind, Func<string, RoomPosition, RoomEvent> happened) : IChangedSubjects
{
    public bool Handles(char kindOfEntry) => kindOfEntry == kind;

    public bool IsValid(in ChangeLogEntry entry) => entry.Subject.Length > 0;

    public bool Concerns(in ChangeLogEntry entry, RoomPosition after) => true;

    public Task<IReadOnlyList<RoomEvent>> ReadAsync(ChangedRoom room, IReadOnlyList<ChangeLogEntry> entries)
    {
        var events = new List<RoomEvent>(entries.Count);
        foreach (var entry in entries)
        {
            events.Add(happened(EscapedId.FromWord(entry.Subject.ToString()), IChangedSubjects.At(room, entry)));
        }

        return Task.FromResult<IReadOnlyList<RoomEvent>>(events);
    }
}
