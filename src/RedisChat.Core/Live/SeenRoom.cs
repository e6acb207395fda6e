namespace RedisChat;

/// <summary>What a watcher has received from its room, so that nothing is delivered twice.</summary>
internal sealed class SeenRoom
{
    // Late parts come within milliseconds.
    private const int MostEnded = 8;

    // What few watchers have at a time, in one field: there may be very many watchers.
    private Details? _details;

    public RoomPosition Position { get; set; }

    /// <summary>A mark to pass to <see cref="ForgetReadAhead(object?)"/>: what has been read ahead so far.</summary>
    public object? ReadAhead => _details?.ReadAhead?.ToArray();

    /// <summary>Whether a delivered state already includes a live change.</summary>
    public bool WasReadAhead(RoomEvent happened) =>
        _details?.ReadAhead is { } ahead && happened is not RoomEvent.Created
        && happened.State is { } state && ahead.TryGetValue(state.Subject, out var seen) && happened.Position.Revision <= seen;

    /// <summary>
    /// Whether a state that was read from the store has not been delivered yet. It is read a moment after its position, so it may be newer than the position.
    /// This is remembered, so that the change is not delivered again when it arrives live.
    /// </summary>
    public bool IsNews(RoomEvent happened)
    {
        if (happened.State is { } state)
        {
            if (_details?.ReadAhead is { } ahead && ahead.TryGetValue(state.Subject, out var seen) && state.Revision <= seen)
            {
                return false;
            }

            Remember(state, happened.Position);
        }

        if (PreviewsIn(happened) is { } previews)
        {
            Remember(previews, happened.Position);
        }

        return true;
    }

    /// <summary>Forgets what was read ahead of an earlier position, unless it was read again: it is not ahead of this position.</summary>
    public void ForgetReadAhead(object? mark)
    {
        foreach (var entry in (KeyValuePair<(char, long, string?), long>[]?)mark ?? [])
        {
            ((ICollection<KeyValuePair<(char, long, string?), long>>?)_details?.ReadAhead)?.Remove(entry);
        }

        if (_details is { ReadAhead.Count: 0 })
        {
            _details.ReadAhead = null;
        }

        Shrink();
    }

    /// <summary>Forgets everything that was read ahead, and how far messages in progress were delivered, because the room is loaded again.</summary>
    public void ForgetReadAhead() => _details = null;

    /// <summary>
    /// Remembers how much of the text of messages in progress was delivered. Forgets that link previews were read ahead if the event brings back earlier ones with their message: the change of the previews follows live.
    /// </summary>
    public void Received(RoomEvent happened)
    {
        if (_details?.ReadAhead is { } ahead && PreviewsIn(happened) is { } previews && ahead.TryGetValue(previews.Subject, out var seen) && seen > previews.Revision)
        {
            ahead.Remove(previews.Subject);
            ForgetReadAhead(mark: null);
        }

        switch (happened)
        {
            case RoomEvent.Created { Message: { Writing: WritingState.InProgress } message }:
                _details ??= new Details();
                _details.Written ??= [];
                _details.Written[message.Id] = message.Text.Length;
                break;
            case RoomEvent.WritingEnded { Message.Id: var id }:
                End(id);
                break;
            case RoomEvent.Deleted { MessageId: var id } when _details?.Written?.ContainsKey(id) == true:
                End(id);
                break;
            case RoomEvent.DeletedMany { MessageIds: var ids } when _details?.Written is { } written:
                foreach (var id in ids.Where(written.ContainsKey).ToList())
                {
                    End(id);
                }

                break;
            case RoomEvent.Trimmed { Below: var below } when _details?.Written is { } written:
                foreach (var id in written.Keys.Where(id => id < below).ToList())
                {
                    End(id);
                }

                break;
        }
    }

    /// <summary>What a passing event has to say that the watcher does not know; <see langword="null"/> if it is nothing.</summary>
    public RoomEvent? Take(RoomEvent passing) => passing is RoomEvent.PartWritten part ? Take(part) : passing.At(Position);

    private RoomEvent.PartWritten? Take(RoomEvent.PartWritten part)
    {
        if (_details?.Ended?.Contains(part.MessageId) == true)
        {
            return null;
        }

        var has = _details?.Written?.GetValueOrDefault(part.MessageId) ?? 0;
        var end = part.Offset + part.Text.Length;
        if (end <= has)
        {
            return null;
        }

        _details ??= new Details();
        _details.Written ??= [];
        _details.Written[part.MessageId] = end;
        if (part.Offset == has)
        {
            return (RoomEvent.PartWritten)part.At(Position);
        }

        // Parts before this one were not delivered to this watcher, or it knows a beginning from the store that ends within this one.
        var text = part.Offset < has ? part.Text[(has - part.Offset)..] : part.Parts!.Read(has, end);
        return new RoomEvent.PartWritten(part.MessageId, has, text, Position) { Parts = part.Parts };
    }

    /// <summary>Remembers that a message is no longer in progress: a part of it may still arrive, because passing events are not in order with others.</summary>
    private void End(long messageId)
    {
        _details ??= new Details();
        _details.Written?.Remove(messageId);
        _details.Written = _details.Written is { Count: > 0 } ? _details.Written : null;
        _details.Ended ??= new Queue<long>(MostEnded);
        if (_details.Ended.Count == MostEnded)
        {
            _details.Ended.Dequeue();
        }

        _details.Ended.Enqueue(messageId);
    }

    private void Remember(EventState state, RoomPosition position)
    {
        if (state.Revision > position.Revision)
        {
            _details ??= new Details();
            _details.ReadAhead ??= [];
            _details.ReadAhead[state.Subject] = state.Revision;
        }
    }

    /// <summary>The link previews that an event carries as a part of its message.</summary>
    private static EventState? PreviewsIn(RoomEvent happened)
    {
        var message = happened switch
        {
            RoomEvent.Created created => created.Message,
            RoomEvent.Edited edited => edited.Message,
            RoomEvent.WritingEnded ended => ended.Message,
            _ => null,
        };
        return message is null ? null : new EventState(EventState.Previews, message.Id, null, Math.Max(happened.Position.Revision, Math.Max(message.Revision, message.PreviewsRevision)));
    }

    private void Shrink() => _details = _details is { ReadAhead: null, Written: null, Ended: null } ? null : _details;

    private sealed class Details
    {
        // State that was read ahead of the position: for each subject the revision that it includes. The changes up to it are not delivered again.
        public Dictionary<(char Kind, long Id, string? User), long>? ReadAhead { get; set; }

        // How much of the text of each message in progress was delivered, in characters.
        public Dictionary<long, int>? Written { get; set; }

        // The last messages that were in progress and are no more.
        public Queue<long>? Ended { get; set; }
    }
}
