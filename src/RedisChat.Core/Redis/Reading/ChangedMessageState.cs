namespace RedisChat.Redis;

/// <summary>Reports something that stands in the message itself to a reader that catches up: that of each changed message as it is now, once.</summary>
/// <param name="kind">The kind of the entries.</param>
/// <param name="eventOf">Makes the event of a message, at a position.</param>
internal sealed class ChangedMessageState(char kind, Func<Message, RoomPosition, RoomEvent> eventOf) : IChangedSubjects
{
    public bool Handles(char other) => other == kind;

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
                events.Add(eventOf(message, IChangedSubjects.At(room, entry)));
            }
        }

        return events;
    }

    private static long Id(ChangeLogEntry entry) => entry.TryGetMessage(out var id) ? id : 0;
}
