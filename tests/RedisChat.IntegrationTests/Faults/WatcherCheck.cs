using RedisChat.Faults;

namespace RedisChat.IntegrationTests.Faults;

/// <summary>Applies the events that one watcher received, and compares the resulting room with the store. A gap discards everything before it.</summary>
internal sealed class WatcherCheck(WatchBegan began, SendHistory sends, ChangeHistory changes, Action<ViolationKind, string> report)
{
    private readonly Dictionary<long, HistoryMessage> _known = [];
    private readonly HashSet<string> _names = [];
    private long _start;
    private long _last;

    public string Room => began.Room;

    public int Gaps { get; private set; }

    public void Follow(Received received)
    {
        switch (received)
        {
            case { Kind: ReceivedKind.Created, Message: { } message }:
                Create(message);
                break;
            case { Kind: ReceivedKind.Edited, Message: { } message }:
                if (!changes.Of(Room, message.Id).Any(change => change.Text == message.Text))
                {
                    Report(ViolationKind.Phantom, $"received the edit {message}, which nobody made");
                }

                Know(message);
                break;
            case { Kind: ReceivedKind.Deleted }:
                if (!changes.MayBeDeleted(Room, received.Id))
                {
                    Report(ViolationKind.Phantom, $"received the deletion of {received.Id}, which nobody requested");
                }

                _known.Remove(received.Id);
                break;
            case { Kind: ReceivedKind.Gap }:
                Gaps++;
                _known.Clear();
                _names.Clear();
                _start = _last = RoomPosition.Parse(received.Position).MessageId;
                break;
        }
    }

    /// <summary>Compares the watcher's final state with the store.</summary>
    public void Compare(StoredRoom store)
    {
        var stored = store.Messages.ToDictionary(message => message.Id);
        foreach (var known in _known.Values)
        {
            if (!stored.TryGetValue(known.Id, out var message))
            {
                Report(ViolationKind.Unreported, $"has {known}, but the store does not");
            }
            else if (known != message)
            {
                Report(ViolationKind.Unreported, $"has {known}, but the store has {message}");
            }
        }

        foreach (var message in store.Messages.Where(message => message.Id > _start && !_known.ContainsKey(message.Id)))
        {
            Report(ViolationKind.Hole, $"lacks {message}");
        }
    }

    private void Create(HistoryMessage message)
    {
        if (!sends.Messages.ContainsKey(message.Name))
        {
            Report(ViolationKind.Phantom, $"received {message}, which was not sent");
        }

        if (!_names.Add(message.Name))
        {
            Report(ViolationKind.Doubled, $"received {message} twice");
        }

        if (message.Id <= _last)
        {
            Report(ViolationKind.Reordered, $"received {message} after {_last}");
        }

        for (var id = _last + 1; id < message.Id; id++)
        {
            if (!changes.MayBeDeleted(Room, id))
            {
                Report(ViolationKind.Hole, $"received {message} after {_last}, but nobody deleted {id}");
            }
        }

        _last = Math.Max(_last, message.Id);
        Know(message);
    }

    /// <summary>Ignores messages up to the start of the stream: the application has loaded those itself.</summary>
    private void Know(HistoryMessage message)
    {
        if (message.Id > _start)
        {
            _known[message.Id] = message;
        }
    }

    private void Report(ViolationKind kind, string what) => report(kind, $"the watcher of {began.Watcher} {what}");
}
