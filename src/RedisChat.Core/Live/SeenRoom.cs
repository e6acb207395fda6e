namespace RedisChat;

/// <summary>What a watcher has received from its room, so that nothing is delivered twice.</summary>
internal sealed class SeenRoom
{
    // State that was read ahead of the position: for each subject the revision that it includes. The changes up to it are not delivered again.
    private Dictionary<(char Kind, long Id, string? User), long>? _readAhead;

    public RoomPosition Position { get; set; }

    /// <summary>A mark to pass to <see cref="ForgetReadAhead(object?)"/>: what has been read ahead so far.</summary>
    public object? ReadAhead => _readAhead?.ToArray();

    /// <summary>Whether a delivered state already includes a live change.</summary>
    public bool WasReadAhead(RoomEvent happened) =>
        _readAhead is not null && happened is not RoomEvent.Created
        && happened.State is { } state && _readAhead.TryGetValue(state.Subject, out var seen) && happened.Position.Revision <= seen;

    /// <summary>
    /// Whether a state that was read from the store has not been delivered yet. It is read a moment after its position, so it may be newer than the position.
    /// This is remembered, so that the change is not delivered again when it arrives live.
    /// </summary>
    public bool IsNews(RoomEvent happened)
    {
        if (happened.State is not { } state)
        {
            return true;
        }

        var subject = state.Subject;
        if (_readAhead is not null && _readAhead.TryGetValue(subject, out var seen) && state.Revision <= seen)
        {
            return false;
        }

        if (state.Revision > happened.Position.Revision)
        {
            _readAhead ??= [];
            _readAhead[subject] = state.Revision;
        }

        return true;
    }

    /// <summary>Forgets what was read ahead of an earlier position, unless it was read again: it is not ahead of this position.</summary>
    public void ForgetReadAhead(object? mark)
    {
        foreach (var entry in (KeyValuePair<(char, long, string?), long>[]?)mark ?? [])
        {
            ((ICollection<KeyValuePair<(char, long, string?), long>>?)_readAhead)?.Remove(entry);
        }

        _readAhead = _readAhead is { Count: 0 } ? null : _readAhead;
    }

    /// <summary>Forgets everything that was read ahead, because the room is loaded again.</summary>
    public void ForgetReadAhead() => _readAhead = null;
}
