namespace RedisChat.Redis;

/// <summary>What a reader that catches up with a room has missed, and where the present state of that is read.</summary>
/// <param name="Room">The room's id.</param>
/// <param name="After">The reader's position.</param>
/// <param name="Now">The position that it catches up to.</param>
/// <param name="Uses">The letters of the features that the room uses.</param>
/// <param name="Entries">The change log from the reader's revision on.</param>
/// <param name="Reads">Where to read.</param>
/// <param name="Messages">Reads messages.</param>
/// <param name="CancellationToken">Ends it.</param>
internal sealed record ChangedRoom(
    string Room, RoomPosition After, RoomPosition Now, string Uses, ChangeLogEntry[] Entries, RoomReads Reads, BucketReader Messages, CancellationToken CancellationToken)
{
    private HashSet<long>? _deleted;

    /// <summary>Whether a message was deleted since the reader's position. Features do not report changes of such a message.</summary>
    public bool IsDeleted(long message)
    {
        _deleted ??= [.. Entries.Where(entry => entry.Kind == ChangedMessages.Deleted).Select(entry => entry.TryGetMessage(out var id) ? id : 0)];
        return _deleted.Contains(message);
    }
}
