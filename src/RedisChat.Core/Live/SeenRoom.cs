namespace RedisChat;

/// <summary>What a watcher was told of its room, so that nothing is told twice.</summary>
internal sealed class SeenRoom
{
    // State that was read ahead of the position: by message the revision that it was read with. The change that made it is not told again.
    private Dictionary<long, long>? _readAhead;

    public RoomPosition Position { get; set; }

    /// <summary>What was read ahead until now.</summary>
    public KeyValuePair<long, long>[] ReadAhead => _readAhead?.ToArray() ?? [];

    /// <summary>Whether a live change is already part of a state that was told.</summary>
    public bool WasReadAhead(RoomEvent happened)
    {
        if (_readAhead is null)
        {
            return false;
        }

        var id = happened switch
        {
            RoomEvent.Edited edited => edited.Message.Id,
            RoomEvent.Deleted deleted => deleted.MessageId,
            _ => 0,
        };
        return _readAhead.TryGetValue(id, out var told) && happened.Position.Revision <= told;
    }

    /// <summary>
    /// Whether a state read from the store was not told yet. It may be newer than the position it is read at, since it is read a moment later: that is
    /// remembered, so that the change is not told again when it comes live.
    /// </summary>
    public bool IsNews(RoomEvent happened)
    {
        var (id, revision) = happened switch
        {
            RoomEvent.Created { Message: var message } => (message.Id, RevisionOf(message)),
            RoomEvent.Edited { Message: var message } => (message.Id, RevisionOf(message)),
            RoomEvent.Deleted deleted => (deleted.MessageId, deleted.Position.Revision),
            _ => (0, 0),
        };
        if (_readAhead is not null && _readAhead.TryGetValue(id, out var told) && revision <= told)
        {
            return false;
        }

        if (revision > happened.Position.Revision)
        {
            _readAhead ??= [];
            _readAhead[id] = revision;
        }

        return true;

        // An edit's time is its revision.
        static long RevisionOf(Message message) => message.EditedAt is { } edited ? Micros.FromTime(edited) : 0;
    }

    /// <summary>Forgets what was read ahead of an earlier position, unless it was read anew: it is not ahead of this one.</summary>
    public void Forget(KeyValuePair<long, long>[] readAhead)
    {
        foreach (var entry in readAhead)
        {
            ((ICollection<KeyValuePair<long, long>>?)_readAhead)?.Remove(entry);
        }

        _readAhead = _readAhead is { Count: 0 } ? null : _readAhead;
    }

    /// <summary>Forgets all that was read ahead: the room is loaded anew.</summary>
    public void ForgetReadAhead() => _readAhead = null;
}
