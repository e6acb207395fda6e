namespace RedisChat;

/// <summary>What a watcher has received of its room, so that it receives nothing twice.</summary>
internal sealed class SeenRoom
{
    // State that was read ahead of the position: by subject, the revision that it was read with. The change that led to it is not delivered again.
    private Dictionary<EventSubject, long>? _readAhead;

    public RoomPosition Position { get; set; }

    /// <summary>What was read ahead until now.</summary>
    public KeyValuePair<EventSubject, long>[] ReadAhead => _readAhead?.ToArray() ?? [];

    /// <summary>Whether a live change is already part of a state that was delivered.</summary>
    public bool WasReadAhead(RoomEvent happened) =>
        _readAhead is not null
        && happened is not RoomEvent.Created
        && happened.Subject is { } subject
        && _readAhead.TryGetValue(subject, out var delivered)
        && happened.Position.Revision <= delivered;

    /// <summary>
    /// Whether a state read from the store was not delivered yet. It may be newer than the position it is read at, because it is read a moment later: that is
    /// remembered, so that the change is not delivered again when it comes live.
    /// </summary>
    public bool IsNews(RoomEvent happened)
    {
        if (happened.Subject is not { } subject)
        {
            return true;
        }

        var revision = happened.StateRevision;
        if (_readAhead is not null && _readAhead.TryGetValue(subject, out var delivered) && revision <= delivered)
        {
            return false;
        }

        if (revision > happened.Position.Revision)
        {
            _readAhead ??= [];
            _readAhead[subject] = revision;
        }

        return true;
    }

    /// <summary>Forgets what was read ahead of an earlier position, unless it was read again since: it is not ahead of this one.</summary>
    public void Forget(KeyValuePair<EventSubject, long>[] readAhead)
    {
        foreach (var entry in readAhead)
        {
            ((ICollection<KeyValuePair<EventSubject, long>>?)_readAhead)?.Remove(entry);
        }

        _readAhead = _readAhead is { Count: 0 } ? null : _readAhead;
    }

    /// <summary>Forgets everything that was read ahead: the application loads the room again.</summary>
    public void ForgetReadAhead() => _readAhead = null;
}
