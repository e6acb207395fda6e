namespace RedisChat.Redis;

/// <summary>Reports threads to a reader that catches up: the present summary of each, once.</summary>
internal sealed class ChangedThreads(KeyNames keys) : IChangedSubjects
{
    public bool Handles(char kind) => kind == ThreadText.Letter;

    public bool IsValid(in ChangeLogEntry entry) => entry.TryGetMessage(out _);

    // Threads of messages that are new to the reader are delivered with those messages.
    public bool Concerns(in ChangeLogEntry entry, RoomPosition after) => entry.TryGetMessage(out var id) && id <= after.MessageId;

    public async Task<IReadOnlyList<RoomEvent>> ReadAsync(ChangedRoom room, IReadOnlyList<ChangeLogEntry> entries)
    {
        var changed = entries.Where(entry => !room.IsDeleted(Id(entry))).ToList();
        var reader = new ThreadReader(room.Reads, keys, room.Room);
        reader.Ask([.. changed.Select(Id)]);
        var found = await reader.ReadAsync().ConfigureAwait(false);

        // A thread that is missing was closed during this read, with the deletion of its message, which is a later change.
        return [.. changed.Where(entry => found.ContainsKey(Id(entry))).Select(entry => Event(Id(entry), IChangedSubjects.At(room, entry), found[Id(entry)]))];
    }

    public async ValueTask<Func<long, RoomPosition, RoomEvent?>?> ReadNewAsync(ChangedRoom room, IReadOnlyList<Message> messages)
    {
        if (!room.Uses.Contains(ThreadText.Letter, StringComparison.Ordinal))
        {
            return null;
        }

        var reader = new ThreadReader(room.Reads, keys, room.Room);
        reader.Ask([.. messages.Select(message => message.Id)]);
        var found = await reader.ReadAsync().ConfigureAwait(false);
        return (id, position) => found.TryGetValue(id, out var state) ? Event(id, position, state) : null;
    }

    private static RoomEvent.ThreadChanged Event(long id, RoomPosition position, (ThreadSummary Thread, long Revision) state) =>
        new(id, state.Thread, position) { Revision = state.Revision };

    private static long Id(ChangeLogEntry entry) => entry.TryGetMessage(out var id) ? id : 0;
}
