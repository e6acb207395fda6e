using RedisChat.Faults;

namespace RedisChat.IntegrationTests.Faults;

/// <summary>
/// Compares what senders tried and were answered, what watchers were told, and what the store holds in the end, in the manner of Jepsen.
/// </summary>
/// <remarks>
/// It knows nothing of the fault: each acknowledged message that is missing is reported as lost, whether the deployment may lose or not. A message that
/// somebody tried to delete may be there or not.
/// </remarks>
internal sealed class HistoryCheck
{
    private readonly List<Violation> _violations = [];
    private readonly SendHistory _sends;
    private readonly ChangeHistory _changes;
    private readonly IReadOnlyList<StoredRoom> _rooms;

    private HistoryCheck(IReadOnlyList<HistoryEvent> events, IReadOnlyList<StoredRoom> rooms)
    {
        _sends = new SendHistory(events);
        _changes = new ChangeHistory(events);
        _rooms = rooms;
    }

    /// <summary>Checks a whole history.</summary>
    /// <param name="events">The logs of all workers, each in its order.</param>
    /// <param name="rooms">All rooms as they are in the end.</param>
    public static HistoryFindings Run(IReadOnlyList<HistoryEvent> events, IReadOnlyList<StoredRoom> rooms) =>
        new HistoryCheck(events, rooms).Run(events);

    private HistoryFindings Run(IReadOnlyList<HistoryEvent> events)
    {
        foreach (var room in _rooms)
        {
            CheckStored(room);
            CheckAcknowledged(room);
            CheckChanges(room);
            CheckOrder(room);
            CheckBatches(room);
        }

        var gaps = CheckWatchers(events);
        foreach (var broken in events.OfType<Broken>())
        {
            Report(ViolationKind.Broken, broken.What);
        }

        return new HistoryFindings
        {
            Sends = _sends.Messages.Count,
            Acknowledged = _sends.Messages.Values.Count(message => message.IsAcknowledged),
            Ambiguous = _sends.Messages.Values.Count(message => !message.IsAcknowledged && message.MayHaveHappened),
            Refused = _sends.Messages.Values.Count(message => !message.IsAcknowledged && !message.MayHaveHappened),
            Gaps = gaps,
            Violations = _violations,
        };
    }

    /// <summary>All that is stored was sent, once, and the ids are dense but for deletions.</summary>
    private void CheckStored(StoredRoom room)
    {
        foreach (var message in room.Messages)
        {
            if (!_sends.Messages.TryGetValue(message.Name, out var sent) || sent.Room != room.Room || sent.User != message.User)
            {
                Report(ViolationKind.Phantom, $"{room.Room} holds {message}, which was not sent");
            }
            else if (!sent.IsAcknowledged && !sent.MayHaveHappened)
            {
                Report(ViolationKind.Undead, $"{room.Room} holds {message}, whose sending failed for certain");
            }

            if (message.Text != message.Name && !_changes.Of(room.Room, message.Id).Any(change => change.Text == message.Text))
            {
                Report(ViolationKind.Phantom, $"{room.Room} holds {message}, whose text nobody wrote");
            }
        }

        foreach (var twice in room.Messages.GroupBy(message => message.Name).Where(same => same.Count() > 1))
        {
            Report(ViolationKind.Doubled, $"{room.Room} holds {twice.Key} as {string.Join(" and ", twice.Select(message => message.Id))}");
        }

        var ids = room.Messages.Select(message => message.Id).ToHashSet();
        for (var id = 1L; id <= room.Position.MessageId; id++)
        {
            if (!ids.Contains(id) && !_changes.MayBeDeleted(room.Room, id))
            {
                Report(ViolationKind.Hole, $"{room.Room} has no message {id}, and nobody deleted it");
            }
        }
    }

    /// <summary>The store holds what each receipt says.</summary>
    private void CheckAcknowledged(StoredRoom room)
    {
        var stored = room.Messages.ToDictionary(message => message.Id);
        foreach (var (name, sent) in _sends.Messages.Where(entry => entry.Value.Room == room.Room))
        {
            foreach (var receipt in sent.Receipts)
            {
                var isThere = stored.TryGetValue(receipt.Id, out var message)
                    ? message.Name == name && message.Stamp == receipt.Stamp
                    : _changes.MayBeDeleted(room.Room, receipt.Id);
                if (!isThere)
                {
                    Report(ViolationKind.Lost, $"{name} was acknowledged as {receipt}; {room.Room} holds there {message?.ToString() ?? "nothing"}");
                    break;
                }
            }
        }
    }

    /// <summary>The last change of a message that was acknowledged has taken effect, or one that came after it.</summary>
    private void CheckChanges(StoredRoom room)
    {
        var stored = room.Messages.ToDictionary(message => message.Id);
        foreach (var (id, changes) in _changes.In(room.Room))
        {
            var last = changes.FindLastIndex(change => change.IsAcknowledged);
            if (last < 0)
            {
                continue;
            }

            var holds = stored.TryGetValue(id, out var message)
                ? changes.Skip(last).Any(change => change.Text == message.Text)
                : changes.Exists(change => change.Text is null);
            if (!holds)
            {
                Report(ViolationKind.Undone, $"{changes[last]} was acknowledged; {room.Room} holds there {message?.ToString() ?? "nothing"}");
            }
        }
    }

    /// <summary>What was acknowledged before something else was sent comes before it.</summary>
    private void CheckOrder(StoredRoom room)
    {
        var firstAnswerAfter = long.MaxValue;
        foreach (var message in room.Messages.OrderByDescending(message => message.Id))
        {
            if (_sends.Messages.TryGetValue(message.Name, out var sent))
            {
                if (firstAnswerAfter < sent.Began)
                {
                    Report(ViolationKind.Reordered, $"{room.Room} holds {message} before what had been acknowledged when it was sent");
                }

                firstAnswerAfter = Math.Min(firstAnswerAfter, sent.Answered);
            }
        }
    }

    /// <summary>Messages that were sent together are together, or none of them is there.</summary>
    private void CheckBatches(StoredRoom room)
    {
        var ids = room.Messages.GroupBy(message => message.Name).ToDictionary(same => same.Key, same => same.First().Id);
        foreach (var batch in _sends.Batches.Where(batch => batch.Room == room.Room))
        {
            var first = Enumerable.Range(0, batch.Names.Count)
                .Where(i => ids.ContainsKey(batch.Names[i])).Select(i => ids[batch.Names[i]] - i).Distinct().ToList();
            var isWhole = first.Count == 0
                || (first.Count == 1 && Enumerable.Range(0, batch.Names.Count).All(i =>
                    ids.ContainsKey(batch.Names[i]) || _changes.MayBeDeleted(room.Room, first[0] + i)));
            if (!isWhole)
            {
                Report(ViolationKind.Torn, $"{room.Room} holds of {string.Join(", ", batch.Names)} only some, or not together");
            }
        }
    }

    /// <returns>How often watchers were told of a gap.</returns>
    private int CheckWatchers(IReadOnlyList<HistoryEvent> events)
    {
        var watchers = new Dictionary<string, WatcherCheck>();
        foreach (var happened in events)
        {
            if (happened is WatchBegan began && !watchers.ContainsKey(began.Watcher))
            {
                watchers.Add(began.Watcher, new WatcherCheck(began, _sends, _changes, Report));
            }
            else if (happened is Told told)
            {
                watchers[told.Watcher].Tell(told);
            }
        }

        foreach (var watcher in watchers.Values)
        {
            watcher.Compare(_rooms.Single(room => room.Room == watcher.Room));
        }

        return watchers.Values.Sum(watcher => watcher.Gaps);
    }

    private void Report(ViolationKind kind, string what) => _violations.Add(new Violation(kind, what));
}
