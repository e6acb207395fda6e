using System.Collections.Concurrent;

namespace RedisChat;

/// <summary>Keeps scheduled messages in memory.</summary>
/// <param name="rooms">The rooms.</param>
/// <param name="getOrAdd">Finds a room, or creates an empty one.</param>
/// <param name="time">The clock.</param>
internal sealed class InMemoryScheduleStore(ConcurrentDictionary<string, InMemoryRoom> rooms, Func<string, InMemoryRoom> getOrAdd, TimeProvider time) : IScheduleStore
{
    public ValueTask<ScheduledMessage> ScheduleAsync(ScheduledMessage message, CancellationToken cancellationToken = default) =>
        In(getOrAdd(message.Room), cancellationToken, schedule => schedule.Add(message));

    public ValueTask<IReadOnlyList<ScheduledMessage>> ListScheduledAsync(string room, string user, CancellationToken cancellationToken = default) =>
        In(getOrAdd(room), cancellationToken, schedule => schedule.List(user));

    public ValueTask<ScheduledMessage?> ChangeScheduledAsync(
        string room, string user, string id, Func<ScheduledMessage, ScheduledMessage> decide, CancellationToken cancellationToken = default) =>
        In(getOrAdd(room), cancellationToken, schedule => schedule.Change(user, id, decide));

    public ValueTask<bool> CancelScheduledAsync(string room, string user, string id, CancellationToken cancellationToken = default) =>
        In(getOrAdd(room), cancellationToken, schedule => schedule.Remove(user, id));

    public ValueTask<DueMessages> ClaimDueAsync(TimeSpan lease, int atMost, CancellationToken cancellationToken = default)
    {
        cancellationToken.ThrowIfCancellationRequested();
        var now = time.GetUtcNow();
        var claimed = new List<ScheduledMessage>();
        DateTimeOffset? next = null;
        foreach (var room in rooms.Values)
        {
            room.WithSchedule(schedule =>
            {
                foreach (var (message, dueAt) in schedule.Due().OrderBy(due => due.Message.SendAt).ToList())
                {
                    if (dueAt <= now && claimed.Count < atMost)
                    {
                        claimed.Add(message);
                        schedule.Postpone(message, now + lease);
                    }
                    else
                    {
                        next = next is { } earlier && earlier < dueAt ? earlier : dueAt;
                    }
                }

                return true;
            });
        }

        return new(new DueMessages
        {
            Messages = [.. claimed.OrderBy(message => message.SendAt).Select(message => new DueMessage(message, message.Id))],
            Next = next is not { } time1 ? null : time1 <= now ? TimeSpan.Zero : time1 - now,
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
            await In(getOrAdd(due.Message.Room), cancellationToken, schedule =>
            {
                schedule.Postpone(due.Message, time.GetUtcNow() + wait);
                return true;
            }).ConfigureAwait(false);
        }
    }

    private static ValueTask<T> In<T>(InMemoryRoom room, CancellationToken cancellationToken, Func<InMemorySchedule, T> act)
    {
        cancellationToken.ThrowIfCancellationRequested();
        return new(room.WithSchedule(act));
    }
}
