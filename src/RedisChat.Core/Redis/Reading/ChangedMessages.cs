using System.Text;

namespace RedisChat.Redis;

/// <summary>Edits (<c>e:id</c>) and deletions (<c>d:id:time of the message[:details]</c>).</summary>
internal sealed class ChangedMessages : IChangedSubjects
{
    /// <summary>The kind of an edit.</summary>
    public const char Edited = 'e';

    /// <summary>The kind of a deletion.</summary>
    public const char Deleted = 'd';

    public bool Handles(char kind) => kind is Edited or Deleted;

    public bool IsValid(in ChangeLogEntry entry) =>
        entry.Kind == Edited ? entry.TryGetMessage(out _) : TryGetDeleted(entry, out _, out _);

    public bool Concerns(in ChangeLogEntry entry, RoomPosition after) =>
        // Deletions of all messages count: a reader that loaded a page after a gap may know messages that are newer than the gap. One at the start knows none.
        (entry.Kind == Deleted && (after.MessageId > 0 || after.Revision > 0)) || (entry.TryGetMessage(out var id) && id <= after.MessageId);

    public async Task<IReadOnlyList<RoomEvent>> ReadAsync(ChangedRoom room, IReadOnlyList<ChangeLogEntry> entries)
    {
        var ids = entries.Where(entry => entry.Kind == Edited).Select(Id).Order().ToList();
        var found = new List<Message>(ids.Count);
        await room.Messages.ReadAsync(ids, found, int.MaxValue).ConfigureAwait(false);
        var messages = found.ToDictionary(message => message.Id);

        var events = new List<RoomEvent>(entries.Count);
        foreach (var entry in entries)
        {
            var (id, position) = (Id(entry), IChangedSubjects.At(room, entry));
            if (entry.Kind == Deleted)
            {
                events.Add(EventOf(entry, id, position));
            }
            else if (messages.TryGetValue(id, out var message))
            {
                events.Add(new RoomEvent.Edited(message, position));
            }

            // Otherwise the message was deleted during this read. The deletion is a later change with details of its own, delivered live or by the next read.
        }

        return events;
    }

    /// <summary>The time in µs of a deleted message, if the entry is its deletion.</summary>
    public static bool TryGetDeleted(in ChangeLogEntry entry, out long id, out long stamp)
    {
        (id, stamp) = (0, 0);
        return entry.Kind == Deleted && entry.TryGetMessage(out id)
            && StrictNumber.TryRead(entry.More[..DigitsOf(entry)], out stamp);
    }

    /// <summary>The event of a deletion.</summary>
    public static RoomEvent.Deleted EventOf(in ChangeLogEntry deletion, long id, RoomPosition position) =>
        DeletionJson.Read(id, position, Encoding.UTF8.GetBytes(deletion.More[DigitsOf(deletion)..].TrimStart(':').ToString()));

    private static int DigitsOf(in ChangeLogEntry deletion)
    {
        var end = deletion.More.IndexOf(':');
        return end < 0 ? deletion.More.Length : end;
    }

    private static long Id(ChangeLogEntry entry) => entry.TryGetMessage(out var id) ? id : 0;
}
