namespace RedisChat;

/// <summary>Collects what events of a room mean for an index.</summary>
/// <param name="room">The room's id.</param>
/// <param name="after">The position of the room in the index.</param>
internal sealed class IndexBatchBuilder(string room, RoomPosition? after)
{
    // What is known last of each message; null if it is to be removed.
    private readonly Dictionary<long, Message?> _messages = [];

    // Messages that have changed in a way that the event does not say.
    private readonly HashSet<long> _unread = [];
    private RoomPosition? _position;
    private long _removeBelow;

    public int Events { get; private set; }

    /// <summary>Threads that are to be indexed, too.</summary>
    public HashSet<string> Threads { get; } = new(StringComparer.Ordinal);

    public void Add(RoomEvent happened)
    {
        Events++;
        _position = happened.Position;
        switch (happened)
        {
            case RoomEvent.Created { Message: var message }:
                Set(message);
                break;
            case RoomEvent.Edited { Message: var message }:
                Set(message);
                break;
            case RoomEvent.WritingEnded { Message: var message }:
                Set(message);
                break;
            case RoomEvent.ThreadChanged { MessageId: var id }:
                Threads.Add(new ThreadId(room, id).RoomId);
                break;
            case RoomEvent.Deleted { MessageId: var id }:
                _messages[id] = null;
                break;
            case RoomEvent.DeletedMany { MessageIds: var ids }:
                foreach (var id in ids)
                {
                    _messages[id] = null;
                }

                break;
            case RoomEvent.UserErased { MessageIds: var ids }:
                _unread.UnionWith(ids);
                break;
            case RoomEvent.Trimmed { Below: var below }:
                RemoveBelow(below);
                break;
        }
    }

    /// <summary>Reads the messages that have changed in a way that the events did not say. Before <see cref="Build"/>.</summary>
    /// <param name="read">Reads a message; <see langword="null"/> if it is gone.</param>
    public async ValueTask ReadChangedAsync(Func<long, Task<Message?>> read)
    {
        foreach (var id in _unread)
        {
            if (await read(id).ConfigureAwait(false) is { } message)
            {
                Set(message);
            }
            else
            {
                _messages[id] = null;
            }
        }

        _unread.Clear();
    }

    /// <summary>All messages with a lower id are gone.</summary>
    public void RemoveBelow(long id)
    {
        _removeBelow = Math.Max(_removeBelow, id);
        foreach (var gone in _messages.Keys.Where(known => known < id).ToList())
        {
            _messages.Remove(gone);
        }
    }

    public IndexBatch Build(RoomPosition? position = null) => new()
    {
        Room = room,
        After = after,
        RemoveBelow = _removeBelow,
        Removed = [.. _messages.Where(message => message.Value is null).Select(message => message.Key)],
        Messages = [.. _messages.Values.OfType<Message>()],
        FoundRooms = [.. Threads],
        Position = position ?? _position ?? after,
    };

    // A message that is being written changes all the time. Its end is an event.
    private void Set(Message message) => _messages[message.Id] = message.Writing == WritingState.InProgress ? null : message;
}
