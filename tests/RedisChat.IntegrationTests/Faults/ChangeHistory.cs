using RedisChat.Faults;

namespace RedisChat.IntegrationTests.Faults;

/// <summary>What was tried to be edited and deleted. Only its author changes a message, one change after the other.</summary>
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

    /// <summary>A room's changes by message, each in the order they were tried.</summary>
    public IReadOnlyDictionary<long, List<Change>> In(string room) => _rooms.TryGetValue(room, out var changes) ? changes : new Dictionary<long, List<Change>>();

    /// <summary>The changes of one message.</summary>
    public IReadOnlyList<Change> Of(string room, long id) => In(room).TryGetValue(id, out var changes) ? changes : [];

    /// <summary>Whether somebody tried to delete it.</summary>
    public bool MayBeDeleted(string room, long id) => Of(room, id).Any(change => change.Text is null);

    /// <summary>One attempt; without a text, to delete.</summary>
    internal sealed record Change(long Id, string? Text)
    {
        public bool IsAcknowledged { get; set; }
    }
}
