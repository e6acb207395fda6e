using System.Collections.Concurrent;

namespace RedisChat;

/// <summary>Keeps scheduled messages in memory.</summary>
/// <param name="rooms">The rooms.</param>
/// <param name="getOrAdd">Finds a room, or creates an empty one.</param>
/// <param name="time">The clock.</param>
internal sealed class InMemoryScheduleStore(ConcurrentDictionary<string, InMemoryRoom> rooms, Func<string, InMemoryRoom> getOrAdd, TimeProvider time) : IScheduleStore
{
    public ValueTask<ScheduledMessage> ScheduleAsync(ScheduledMessage message, CancellationToken cancellationToken = default)
    {
        var room = getOrAdd(message.Room);
        return In(
            room,
            schedule =>
            {
                room.CheckNotErased(message.Message.User);
                return schedule.Add(message);
            },
            cancellationToken);
    }

    public ValueTask<IReadOnlyList<ScheduledMessage>> ListScheduledAsync(string room, string user, CancellationToken cancellationToken = default) =>
        In(getOrAdd(room), schedule => schedule.List(user), cancellationToken);

    public ValueTask<ScheduledMessage?> ChangeScheduledAsync(
        string room, string user, string id, Func<ScheduledMessage, ScheduledMessage> decide, CancellationToken cancellationToken = default) =>
        In(getOrAdd(room), schedule => schedule.Change(user, id, decide), cancellationToken);

    public ValueTask<bool> CancelScheduledAsync(string room, string user, string id, CancellationToken cancellationToken = default) =>
        In(getOrAdd(room), schedule => schedule.Remove(user, id), cancellationToken);

    public ValueTask<DueMessages> ClaimDueAsync(TimeSpan lease, int atMost, CancellationToken cancellationToken = default)
    {
        cancellationToken.ThrowIfCancellationRequested();
        var now = time.GetUtcNow();
        var claimed = new List<ScheduledMessage>();
        DateTimeOffset? next = null;
        foreach (var room in rooms.Values)
        {
            lock (room.Gate)
            {
                foreach (var (message, dueAt) in room.Schedule.Due().OrderBy(due => due.Message.SendAt).ToList())
                {
                    if (dueAt <= now && claimed.Count < atMost)
                    {
                        claimed.Add(message);
                        room.Schedule.Postpone(message, now + lease);
                    }
                    else
                    {
                        next = next is { } earlier && earlier < dueAt ? earlier : dueAt;
                    }
                }
            }
        }

        return new(new DueMessages
        {
            Messages = [.. claimed.OrderBy(message => message.SendAt).Select(message => new DueMessage(message, message.Id))],
            Next = next - now is { } wait ? TimeSpan.FromTicks(Math.Max(wait.Ticks, 0)) : null,
        });
    }

    public ValueTask<MessageReceipt?> SendScheduledAsync(
        DueMessage due, NewMessage message, Durability durability, CancellationToken cancellationToken = default)
    {
        cancellationToken.ThrowIfCancellationRequested();
        return new(getOrAdd(due.Message.Room).SendScheduled(due.Message, message));
    }

    public async ValueTask SettleAsync(DueMessage due, TimeSpan? again, CancellationToken cancellationToken = default)
    {
        if (again is { } wait)
        {
            await In(
                getOrAdd(due.Message.Room),
                schedule =>
                {
                    schedule.Postpone(due.Message, time.GetUtcNow() + wait);
                    return true;
                },
                cancellationToken).ConfigureAwait(false);
        }
    }

    private static ValueTask<T> In<T>(InMemoryRoom room, Func<InMemorySchedule, T> act, CancellationToken cancellationToken)
    {
        cancellationToken.ThrowIfCancellationRequested();
        lock (room.Gate)
        {
            return new(act(room.Schedule));
        }
    }
}
