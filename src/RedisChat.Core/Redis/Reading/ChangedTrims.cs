namespace RedisChat.Redis;

/// <summary>Reports the trimming of the history to a reader that catches up: the last one, which includes the others. In the change log: <c>y:below</c>.</summary>
internal sealed class ChangedTrims : IChangedSubjects
{
    /// <summary>The letter in the change log and in live events.</summary>
    public const char Kind = 'y';

    public bool Handles(char kind) => kind == Kind;

    public bool IsValid(in ChangeLogEntry entry) => TryGetBelow(entry, out _);

    public bool Concerns(in ChangeLogEntry entry, RoomPosition after) => after.MessageId > 0 || after.Revision > 0;

    public Task<IReadOnlyList<RoomEvent>> ReadAsync(ChangedRoom room, IReadOnlyList<ChangeLogEntry> entries) =>
        Task.FromResult<IReadOnlyList<RoomEvent>>(
            TryGetBelow(entries[^1], out var below) ? [new RoomEvent.Trimmed(below, IChangedSubjects.At(room, entries[^1]))] : []);

    /// <summary>The least id that a message could have after it, if the entry is one of trimming.</summary>
    public static bool TryGetBelow(in ChangeLogEntry entry, out long below)
    {
        below = 0;
        return entry.Kind == Kind && entry.TryGetMessage(out below);
    }
}
