using RedisChat.Faults;

namespace RedisChat.IntegrationTests.Faults;

/// <summary>All attempts to edit and delete. Only its author changes a message, one change at a time.</summary>
internal sealed class ChangeHistory
{
    private readonly Dictionary<string, Dictionary<long, List<Change>>> _rooms = [];

    public ChangeHistory(IReadOnlyList<HistoryEvent> events)
    {
        var attempts = new Dictionary<int, Change>();
        foreach (var happened in events)
        {
            switch (happened)
            {
                case ChangeBegan began:
                    var change = new Change(began.Id, began.Text);
                    attempts.Add(began.Attempt, change);
                    if (!_rooms.TryGetValue(began.Room, out var room))
                    {
                        _rooms.Add(began.Room, room = []);
                    }

                    if (!room.TryGetValue(began.Id, out var changes))
                    {
                        room.Add(began.Id, changes = []);
                    }

                    changes.Add(change);
                    break;
                case ChangeAcknowledged { Found: true } acknowledged:
                    attempts[acknowledged.Attempt].IsAcknowledged = true;
                    break;
            }
        }
    }

    /// <summary>A room's changes by message, each list in the order of the attempts.</summary>
    public IReadOnlyDictionary<long, List<Change>> In(string room) => _rooms.TryGetValue(room, out var changes) ? changes : new Dictionary<long, List<Change>>();

    /// <summary>The changes of one message.</summary>
    public IReadOnlyList<Change> Of(string room, long id) => In(room).TryGetValue(id, out var changes) ? changes : [];

    /// <summary>Whether someone tried to delete the message.</summary>
    public bool MayBeDeleted(string room, long id) => Of(room, id).Any(change => change.Text is null);

    /// <summary>One attempt to edit, or to delete if there is no text.</summary>
    internal sealed record Change(long Id, string? Text)
    {
        public bool IsAcknowledged { get; set; }
    }
}
