namespace RedisChat.Redis;

/// <summary>A room that a reader catches up with: what the reader missed, and where to read the current state.</summary>
/// <param name="Room">The room's id.</param>
/// <param name="After">The reader's position.</param>
/// <param name="Now">The position to catch up to.</param>
/// <param name="Uses">The letters of the features that the room uses.</param>
/// <param name="Entries">The change log from the reader's revision on.</param>
/// <param name="Reads">Reads from the store.</param>
/// <param name="Messages">Reads messages.</param>
/// <param name="CancellationToken">Stops the read.</param>
internal sealed record ChangedRoom(
    string Room, RoomPosition After, RoomPosition Now, string Uses, ChangeLogEntry[] Entries, RoomReads Reads, BucketReader Messages, CancellationToken CancellationToken)
{
    private HashSet<long>? _deleted;
    private long _below;

    /// <summary>Whether a message was deleted since the reader's position. Features do not report changes of such a message.</summary>
    public bool IsDeleted(long message)
    {
        _deleted ??=
        [
            .. Entries.Where(entry => entry.Kind == ChangedMessages.Deleted).Select(entry => entry.TryGetMessage(out var id) ? id : 0),
            .. Entries.Where(entry => entry.Kind == DeletedRun.Kind).SelectMany(entry => DeletedRun.TryReadIds(entry.Subject, out var ids) ? ids : []),
        ];
        if (_below == 0)
        {
            _below = 1;
            foreach (var entry in Entries)
            {
                _below = ChangedTrims.TryGetBelow(entry, out var below) ? Math.Max(_below, below) : _below;
            }
        }

        return message < _below || _deleted.Contains(message);
    }
}
