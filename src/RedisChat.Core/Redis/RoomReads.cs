using StackExchange.Redis;

namespace RedisChat.Redis;

/// <summary>
/// The commands that read pages, all on one server: of several replicas one may be behind the other, and a page put together from both would
/// lack what its position promises.
/// </summary>
internal abstract class RoomReads
{
    public abstract bool IsPrimary { get; }

    public abstract Task<RedisValue[]> HashGetAsync(RedisKey key, RedisValue[] fields);

    public abstract Task<long> StringLengthAsync(RedisKey key);

    public abstract Task<RedisValue> StringGetRangeAsync(RedisKey key, long start, long end);
}

/// <summary>On the primary of the key.</summary>
internal sealed class PrimaryReads(IDatabase database) : RoomReads
{
    public override bool IsPrimary => true;

    public override Task<RedisValue[]> HashGetAsync(RedisKey key, RedisValue[] fields) =>
        database.HashGetAsync(key, fields, CommandFlags.DemandMaster);

    public override Task<long> StringLengthAsync(RedisKey key) => database.StringLengthAsync(key, CommandFlags.DemandMaster);

    public override Task<RedisValue> StringGetRangeAsync(RedisKey key, long start, long end) =>
        database.StringGetRangeAsync(key, start, end, CommandFlags.DemandMaster);
}

/// <summary>On one replica.</summary>
internal sealed class ReplicaReads(IServer replica, int database) : RoomReads
{
    public override bool IsPrimary => false;

    public override async Task<RedisValue[]> HashGetAsync(RedisKey key, RedisValue[] fields) =>
        (RedisValue[])(await ExecuteAsync("HMGET", [key, .. fields]).ConfigureAwait(false))!;

    public override async Task<long> StringLengthAsync(RedisKey key) => (long)await ExecuteAsync("STRLEN", [key]).ConfigureAwait(false);

    public override async Task<RedisValue> StringGetRangeAsync(RedisKey key, long start, long end) =>
        (RedisValue)await ExecuteAsync("GETRANGE", [key, start, end]).ConfigureAwait(false);

    private Task<RedisResult> ExecuteAsync(string command, object[] arguments) => replica.ExecuteAsync(database, command, arguments);
}
