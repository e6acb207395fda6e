using RedisChat.Faults;

namespace RedisChat.IntegrationTests.Faults;

/// <summary>Follows what one watcher was told, and compares the room that results with the store's. What it knew before a gap does not count.</summary>
internal sealed class WatcherCheck(WatchBegan began, SendHistory sends, ChangeHistory changes, Action<ViolationKind, string> report)
{
    private readonly Dictionary<long, HistoryMessage> _known = [];
    private readonly HashSet<string> _names = [];
    private long _start;
    private long _last;

    public string Room => began.Room;

    public int Gaps { get; private set; }

    public void Tell(Told told)
    {
        switch (told)
        {
            case { Kind: ToldKind.Created, Message: { } message }:
                Create(message);
                break;
            case { Kind: ToldKind.Edited, Message: { } message }:
                if (!changes.Of(Room, message.Id).Any(change => change.Text == message.Text))
                {
                    Report(ViolationKind.Phantom, $"was told the edit {message}, which nobody made");
                }

                Know(message);
                break;
            case { Kind: ToldKind.Deleted }:
                if (!changes.MayBeDeleted(Room, told.Id))
                {
                    Report(ViolationKind.Phantom, $"was told that {told.Id} is deleted, and nobody did that");
                }

                _known.Remove(told.Id);
                break;
            case { Kind: ToldKind.Gap }:
                Gaps++;
                _known.Clear();
                _names.Clear();
                _start = _last = RoomPosition.Parse(told.Position).MessageId;
                break;
        }
    }

    /// <summary>Compares what it knows in the end with the store.</summary>
    public void Compare(StoredRoom store)
    {
        var stored = store.Messages.ToDictionary(message => message.Id);
        foreach (var known in _known.Values)
        {
            if (!stored.TryGetValue(known.Id, out var message))
            {
                Report(ViolationKind.Untold, $"knows {known}, and the store does not");
            }
            else if (known != message)
            {
                Report(ViolationKind.Untold, $"knows {known}, and the store has {message}");
            }
        }

        foreach (var message in store.Messages.Where(message => message.Id > _start && !_known.ContainsKey(message.Id)))
        {
            Report(ViolationKind.Hole, $"does not know {message}");
        }
    }

    private void Create(HistoryMessage message)
    {
        if (!sends.Messages.ContainsKey(message.Name))
        {
            Report(ViolationKind.Phantom, $"was told {message}, which was not sent");
        }

        if (!_names.Add(message.Name))
        {
            Report(ViolationKind.Doubled, $"was told {message} twice");
        }

        if (message.Id <= _last)
        {
            Report(ViolationKind.Reordered, $"was told {message} after {_last}");
        }

        for (var id = _last + 1; id < message.Id; id++)
        {
            if (!changes.MayBeDeleted(Room, id))
            {
                Report(ViolationKind.Hole, $"was told {message} after {_last}, and nobody deleted {id}");
            }
        }

        _last = Math.Max(_last, message.Id);
        Know(message);
    }

    /// <summary>What came before the start of what is told here, the application has loaded anew by itself.</summary>
    private void Know(HistoryMessage message)
    {
        if (message.Id > _start)
        {
            _known[message.Id] = message;
        }
    }

    private void Report(ViolationKind kind, string what) => report(kind, $"the watcher of {began.Watcher} {what}");
}
