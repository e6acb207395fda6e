namespace RedisChat.Redis;

/// <summary>Reports reactions to a reader that catches up: the current counts of each message, once.</summary>
internal sealed class ChangedReactions(KeyNames keys) : IChangedSubjects
{
    public bool Handles(char kind) => kind == ReactionKeys.Letter;

    public bool IsValid(in ChangeLogEntry entry) => entry.TryGetMessage(out _);

    // Reactions to messages that are new to the reader are delivered with those messages.
    public bool Concerns(in ChangeLogEntry entry, RoomPosition after) => entry.TryGetMessage(out var id) && id <= after.MessageId;

    public async Task<IReadOnlyList<RoomEvent>> ReadAsync(ChangedRoom room, IReadOnlyList<ChangeLogEntry> entries)
    {
        var changed = entries.Where(entry => !room.IsDeleted(Id(entry))).ToList();
        var reader = new ReactionReader(room.Reads, keys, room.Room, reader: null);
        reader.Ask([.. changed.Select(Id).Order()]);
        var found = await reader.ReadAsync().ConfigureAwait(false);
        return changed.ConvertAll<RoomEvent>(entry => Event(Id(entry), IChangedSubjects.At(room, entry), found.GetValueOrDefault(Id(entry), ([], entry.Revision))));
    }

    public async ValueTask<Func<long, RoomPosition, RoomEvent?>?> ReadNewAsync(ChangedRoom room, IReadOnlyList<Message> messages)
    {
        if (!room.Uses.Contains(ReactionKeys.Letter, StringComparison.Ordinal))
        {
            return null;
        }

        var reader = new ReactionReader(room.Reads, keys, room.Room, reader: null);
        reader.Ask([.. messages.Select(message => message.Id)]);
        var found = await reader.ReadAsync().ConfigureAwait(false);
        return (id, position) => found.TryGetValue(id, out var state) ? Event(id, position, state) : null;
    }

    private static RoomEvent.Reacted Event(long id, RoomPosition position, (IReadOnlyList<Reaction> Reactions, long Revision) state) =>
        new(id, state.Reactions, user: null, position) { Revision = state.Revision };

    private static long Id(ChangeLogEntry entry) => entry.TryGetMessage(out var id) ? id : 0;
}
