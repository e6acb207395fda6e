using StackExchange.Redis;

namespace RedisChat.Redis;

/// <summary>What users have scheduled, and the entries with which it becomes due.</summary>
/// <param name="calls">Runs the calls.</param>
internal sealed class DueSchedules(TransferCalls calls)
{
    /// <summary>What a user has scheduled in a room.</summary>
    public Task<HashEntry[]> ReadAsync(string room, string user, CancellationToken cancellationToken) =>
        calls.ReadAsync(database => database.HashGetAllAsync(calls.Keys.Scheduled(room, user), CommandFlags.DemandMaster), cancellationToken);

    /// <summary>The entry with which a scheduled message becomes due; <see langword="null"/> if the value is not a scheduled message.</summary>
    public static (RedisValue Member, double Score)? EntryOf(string room, string user, HashEntry scheduled)
    {
        try
        {
            var message = ScheduledJson.Read("", room, scheduled.Name!, scheduled.Value, out var created);
            return (new DueEntry(created, scheduled.Name!, user, room).ToString(), Micros.FromTime(message.SendAt));
        }
        catch (ChatDataException)
        {
            return null;
        }
    }

    /// <summary>Whether a scheduled message could not be sent. Such a one stays, and is not due any more.</summary>
    public static bool HasFailed(string room, HashEntry scheduled) => ScheduledJson.Read("", room, scheduled.Name!, scheduled.Value, out _).Failure is not null;

    /// <summary>Whether an entry is there.</summary>
    public async Task<bool> HasAsync(string room, RedisValue member, CancellationToken cancellationToken) =>
        await calls.ReadAsync(database => database.SortedSetScoreAsync(KeyOf(room), member, CommandFlags.DemandMaster), cancellationToken).ConfigureAwait(false) is not null;

    /// <summary>Adds an entry, unless it is there: it may be claimed.</summary>
    public Task<bool> AddAsync(string room, (RedisValue Member, double Score) due, CancellationToken cancellationToken) =>
        calls.RepeatAsync(database => database.SortedSetAddAsync(KeyOf(room), due.Member, due.Score, When.NotExists, CommandFlags.DemandMaster), cancellationToken);

    private string KeyOf(string room) => calls.Keys.Due(KeyNames.ShardOf(room));
}
