using RedisChat.Faults;

namespace RedisChat.IntegrationTests.Faults;

/// <summary>
/// Compares the senders' attempts and answers, the events that watchers received and the final content of the store, as Jepsen does.
/// </summary>
/// <remarks>
/// It knows nothing about the fault: it reports every missing acknowledged message as lost, even where the deployment may lose some. A message that
/// someone tried to delete may or may not be there.
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
    /// <param name="events">The logs of all workers, each in order.</param>
    /// <param name="rooms">All rooms in their final state.</param>
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

    /// <summary>Every stored message was sent, is stored once, and the ids have no gaps except for deletions.</summary>
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
                Report(ViolationKind.Undead, $"{room.Room} holds {message}, whose send failed for certain");
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
                    Report(ViolationKind.Lost, $"{name} was acknowledged as {receipt}; there {room.Room} holds {message?.ToString() ?? "nothing"}");
                    break;
                }
            }
        }
    }

    /// <summary>The last acknowledged change of a message, or a later one, has taken effect.</summary>
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
                Report(ViolationKind.Undone, $"{changes[last]} was acknowledged; there {room.Room} holds {message?.ToString() ?? "nothing"}");
            }
        }
    }

    /// <summary>A message that was acknowledged before another was sent comes before it.</summary>
    private void CheckOrder(StoredRoom room)
    {
        var firstAnswerAfter = long.MaxValue;
        foreach (var message in room.Messages.OrderByDescending(message => message.Id))
        {
            if (_sends.Messages.TryGetValue(message.Name, out var sent))
            {
                if (firstAnswerAfter < sent.Began)
                {
                    Report(ViolationKind.Reordered, $"{room.Room} holds {message} before a message that had been acknowledged when it was sent");
                }

                firstAnswerAfter = Math.Min(firstAnswerAfter, sent.Answered);
            }
        }
    }

    /// <summary>Messages that were sent together are stored together or not at all.</summary>
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
                Report(ViolationKind.Torn, $"{room.Room} holds only some of {string.Join(", ", batch.Names)}, or not together");
            }
        }
    }

    /// <returns>How many gaps watchers received.</returns>
    private int CheckWatchers(IReadOnlyList<HistoryEvent> events)
    {
        var watchers = new Dictionary<string, WatcherCheck>();
        foreach (var happened in events)
        {
            if (happened is WatchBegan began && !watchers.ContainsKey(began.Watcher))
            {
                watchers.Add(began.Watcher, new WatcherCheck(began, _sends, _changes, Report));
            }
            else if (happened is Received received)
            {
                watchers[received.Watcher].Follow(received);
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
