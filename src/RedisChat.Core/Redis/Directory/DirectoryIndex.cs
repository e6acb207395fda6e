using StackExchange.Redis;

namespace RedisChat.Redis;

/// <summary>The directory: for each of its parts, the rooms in it, by name and by activity. See <c>directory_change.lua</c>.</summary>
internal sealed class DirectoryIndex(KeyNames keys)
{
    private const string Any = "*";

    private static readonly RedisScript Script = new("directory_change.lua");

    /// <summary>How old an entry without a room must be to be removed: until then, someone may be about to create the room.</summary>
    public static readonly TimeSpan LeastAge = TimeSpan.FromMinutes(1);

    /// <summary>The room's entry; null if there is none.</summary>
    public static string? SortNameOf(RedisValue entry) =>
        entry.IsNull ? null : ((string)entry!).Split(' ', 2) is [_, var name] ? name : "";

    /// <summary>Reads a room's entry.</summary>
    public Task<RedisValue> ReadAsync(IDatabase database, string room, CancellationToken cancellationToken) =>
        database.HashGetAsync(keys.DirectoryRooms(KeyNames.ShardOf(room)), room, CommandFlags.DemandMaster).UntilAsync(cancellationToken).AsTask();

    /// <summary>Reads a room's score by activity; empty if there is none.</summary>
    public async Task<RedisValue> ReadScoreAsync(IDatabase database, string room, CancellationToken cancellationToken) =>
        await database.SortedSetScoreAsync(keys.DirectoryActivity(KeyNames.ShardOf(room)), room, CommandFlags.DemandMaster).UntilAsync(cancellationToken).ConfigureAwait(false) is { } score
            ? (RedisValue)(long)score
            : RedisValue.EmptyString;

    /// <summary>Sets a room's entry, whatever it was, and renews its time.</summary>
    public Task<bool> PutAsync(IDatabase database, string room, string sortName, long time, CancellationToken cancellationToken) =>
        RunAsync(database, room, cancellationToken, "put", room, Any, sortName, time, RedisValue.EmptyString, RedisValue.EmptyString);

    /// <summary>Sets a room's entry, if it is still as it was read.</summary>
    /// <param name="database">The database.</param>
    /// <param name="room">The room.</param>
    /// <param name="entry">The entry as it was read.</param>
    /// <param name="sortName">The new sort name.</param>
    /// <param name="time">The time of the last message, µs; 0 if there was none.</param>
    /// <param name="score">The room's score before its time was read. The room moves back only if it is still the same.</param>
    /// <param name="found">A member by name that may be wrong; empty if there is none.</param>
    /// <param name="cancellationToken">Stops waiting.</param>
    public Task<bool> PutAsync(
        IDatabase database, string room, RedisValue entry, string sortName, long time, RedisValue score, byte[] found, CancellationToken cancellationToken) =>
        RunAsync(database, room, cancellationToken, "put", room, OrEmpty(entry), sortName, time, found, score);

    /// <summary>Removes a room's entry, if it is still as it was read, and old enough.</summary>
    public Task<bool> DropAsync(
        IDatabase database, string room, RedisValue entry, TimeSpan leastAge, byte[] found, CancellationToken cancellationToken) =>
        RunAsync(database, room, cancellationToken, "drop", room, OrEmpty(entry), Micros.FromSpan(leastAge), 0, found);

    /// <summary>Records the time of a room's last message, unless a later one is recorded; <see langword="false"/> if the room has no entry.</summary>
    public Task<bool> TouchAsync(IDatabase database, string room, long time, CancellationToken cancellationToken) =>
        RunAsync(database, room, cancellationToken, "touch", room, time);

    /// <summary>The places of the next rooms, from all parts at once: see <see cref="RoomSort"/>.</summary>
    /// <param name="database">The database.</param>
    /// <param name="order">The order.</param>
    /// <param name="after">The place to continue after; <see langword="null"/> to start.</param>
    /// <param name="limit">The most places.</param>
    /// <param name="cancellationToken">Stops waiting.</param>
    public async Task<List<byte[]>> ListAsync(IDatabase database, RoomOrder order, byte[]? after, int limit, CancellationToken cancellationToken)
    {
        var reading = new Task<List<byte[]>>[KeyNames.DirectoryShards];
        for (var shard = 0; shard < reading.Length; shard++)
        {
            reading[shard] = order == RoomOrder.Name
                ? ReadNamesAsync(database, shard, after, limit, cancellationToken)
                : ReadActivityAsync(database, shard, after, limit, cancellationToken);
        }

        var found = await Task.WhenAll(reading).ConfigureAwait(false);
        var places = found.SelectMany(part => part).ToList();
        places.Sort(static (one, other) => one.AsSpan().SequenceCompareTo(other));
        return places.Count > limit ? places[..limit] : places;
    }

    private async Task<List<byte[]>> ReadNamesAsync(IDatabase database, int shard, byte[]? after, int limit, CancellationToken cancellationToken)
    {
        var members = await database.SortedSetRangeByValueAsync(
            keys.DirectoryNames(shard), after is null ? default(RedisValue) : after, default, Exclude.Start, take: limit, flags: CommandFlags.DemandMaster)
            .UntilAsync(cancellationToken).ConfigureAwait(false);
        return [.. members.Select(member => (byte[])member!)];
    }

    private async Task<List<byte[]>> ReadActivityAsync(IDatabase database, int shard, byte[]? after, int limit, CancellationToken cancellationToken)
    {
        // Rooms of the same time as the cursor's may come before it.
        for (var take = limit + 1L; ; take *= 4)
        {
            var entries = await database.SortedSetRangeByScoreWithScoresAsync(
                keys.DirectoryActivity(shard), after is null ? double.NegativeInfinity : -RoomSort.TimeOf(after), take: take, flags: CommandFlags.DemandMaster)
                .UntilAsync(cancellationToken).ConfigureAwait(false);
            var places = entries.Select(entry => RoomSort.Place((long)-entry.Score, (string)entry.Element!))
                .Where(place => after is null || place.AsSpan().SequenceCompareTo(after) > 0).Take(limit).ToList();
            if (places.Count == limit || entries.Length < take)
            {
                return places;
            }
        }
    }

    private async Task<bool> RunAsync(IDatabase database, string room, CancellationToken cancellationToken, params RedisValue[] arguments)
    {
        var shard = KeyNames.ShardOf(room);
        RedisKeyOrValue[] words =
        [
            default(RedisKeyOrValue), default(RedisKeyOrValue),
            (RedisKey)keys.DirectoryRooms(shard), (RedisKey)keys.DirectoryNames(shard), (RedisKey)keys.DirectoryActivity(shard),
            .. arguments.Select(argument => (RedisKeyOrValue)argument),
        ];
        using var answer = await Script.RunAsync(database, words, keys: 3, CommandFlags.DemandMaster).AsTask().UntilAsync(cancellationToken).ConfigureAwait(false);
        return answer.Read().ReadInt64() == 1;
    }

    private static RedisValue OrEmpty(RedisValue entry) => entry.IsNull ? RedisValue.EmptyString : entry;
}
