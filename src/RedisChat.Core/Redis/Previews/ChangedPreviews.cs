namespace RedisChat.Redis;

/// <summary>Reports link previews to a reader that catches up: those of each message as they are now, once.</summary>
internal sealed class ChangedPreviews : IChangedSubjects
{
    public bool Handles(char kind) => kind == PreviewEvents.Kind;

    public bool IsValid(in ChangeLogEntry entry) => entry.TryGetMessage(out _);

    // A message that is new to the reader is delivered as it is now.
    public bool Concerns(in ChangeLogEntry entry, RoomPosition after) => entry.TryGetMessage(out var id) && id <= after.MessageId;

    public async Task<IReadOnlyList<RoomEvent>> ReadAsync(ChangedRoom room, IReadOnlyList<ChangeLogEntry> entries)
    {
        var found = new List<Message>(entries.Count);
        await room.Messages.ReadAsync([.. entries.Select(entry => Id(entry)).Order()], found, int.MaxValue).ConfigureAwait(false);
        var messages = found.ToDictionary(message => message.Id);
        var events = new List<RoomEvent>(entries.Count);
        foreach (var entry in entries)
        {
            // One that is missing was deleted, which is reported as such.
            if (messages.TryGetValue(Id(entry), out var message))
            {
                events.Add(new RoomEvent.PreviewsChanged(message.Id, message.Previews, IChangedSubjects.At(room, entry)) { Revision = message.PreviewsRevision });
            }
        }

        return events;
    }

    private static long Id(ChangeLogEntry entry) => entry.TryGetMessage(out var id) ? id : 0;
}
