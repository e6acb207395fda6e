using StackExchange.Redis;

namespace RedisChat.Redis;

/// <summary>
/// The commands that read a page, all sent to one server. Replicas may lag behind each other, and a page assembled from two of them would lack
/// messages that its position promises.
/// </summary>
internal abstract class RoomReads
{
    public abstract bool IsPrimary { get; }

    /// <summary>Requests fields of a hash; <see cref="HashValues.Of"/> reads the answer. The request is on its way when this returns.</summary>
    /// <param name="keyAndFields">The key, followed by the fields. Must not change until the answer has arrived.</param>
    public abstract Task HashGetAsync(ReadOnlyMemory<RedisKeyOrValue> keyAndFields);

    public abstract Task<long> StringLengthAsync(RedisKey key);

    public abstract Task<RedisValue> StringGetRangeAsync(RedisKey key, long start, long end);

    /// <summary>Requests members of a sorted set by ascending score.</summary>
    public abstract Task<RedisValue[]> SortedSetRangeAsync(RedisKey key, long from, int atMost);
}

/// <summary>Reads from the primary of the key.</summary>
internal sealed class PrimaryReads(IDatabase database) : RoomReads
{
    public override bool IsPrimary => true;

    public override Task HashGetAsync(ReadOnlyMemory<RedisKeyOrValue> keyAndFields) =>
        database.ExecuteRespAsync("HMGET", keyAndFields, CommandFlags.DemandMaster);

    public override Task<long> StringLengthAsync(RedisKey key) => database.StringLengthAsync(key, CommandFlags.DemandMaster);

    public override Task<RedisValue> StringGetRangeAsync(RedisKey key, long start, long end) =>
        database.StringGetRangeAsync(key, start, end, CommandFlags.DemandMaster);

    public override Task<RedisValue[]> SortedSetRangeAsync(RedisKey key, long from, int atMost) =>
        database.SortedSetRangeByScoreAsync(key, from, double.PositiveInfinity, take: atMost, flags: CommandFlags.DemandMaster);
}

/// <summary>Reads from one replica.</summary>
internal sealed class ReplicaReads(IServer replica, int database) : RoomReads
{
    public override bool IsPrimary => false;

    public override Task HashGetAsync(ReadOnlyMemory<RedisKeyOrValue> keyAndFields)
    {
        var arguments = new object[keyAndFields.Length];
        for (var i = 0; i < arguments.Length; i++)
        {
            var word = keyAndFields.Span[i];
            arguments[i] = word.IsKey ? word.Key : word.Value;
        }

        return ExecuteAsync("HMGET", arguments);
    }

    public override async Task<long> StringLengthAsync(RedisKey key) => (long)await ExecuteAsync("STRLEN", [key]).ConfigureAwait(false);

    public override async Task<RedisValue> StringGetRangeAsync(RedisKey key, long start, long end) =>
        (RedisValue)await ExecuteAsync("GETRANGE", [key, start, end]).ConfigureAwait(false);

    public override async Task<RedisValue[]> SortedSetRangeAsync(RedisKey key, long from, int atMost) =>
        (RedisValue[]?)await ExecuteAsync("ZRANGEBYSCORE", [key, from, "+inf", "LIMIT", 0, atMost]).ConfigureAwait(false) ?? [];

    private Task<RedisResult> ExecuteAsync(string command, object[] arguments) => replica.ExecuteAsync(database, command, arguments);
}
